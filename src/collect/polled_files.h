// What the descriptors of a process are, for threads that are seen waiting on them.
#pragma once

#include <chrono>
#include <map>
#include <set>

#include "collect/polled_wait.h"
#include "target/proc_fs.h"
#include "target/socket_table.h"

namespace boundscope {

class PolledFiles {
 public:
  explicit PolledFiles(const ProcFs& proc) : proc_(proc) {}

  // What a wait of `pid` on the descriptor is for. Sockets are looked up in tables that are read
  // again when an unknown one turns up, but not more than once in a second.
  PolledWait what_is(pid_t pid, std::uint64_t fd);

 private:
  struct Tables {
    std::chrono::steady_clock::time_point read_at;
    SocketTable sockets;                // of the network namespace
    std::set<std::uint16_t> listening;  // ports of the process's own listeners
  };
  PolledWait of_socket(pid_t pid, std::uint64_t inode);
  Tables& tables_with(pid_t pid, std::uint64_t inode);
  void read(pid_t pid, Tables& tables) const;

  const ProcFs& proc_;
  std::map<pid_t, Tables> tables_;
};

}  // namespace boundscope
