// The only reader of /proc, with a root that tests can put elsewhere.
//
// Every process may vanish between two calls: an absent value is normal and says nothing else.
// Contents are chosen by the target (names, paths, binaries) and treated as hostile.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "target/file_read.h"
#include "target/proc_parse.h"

namespace boundscope {

class ProcFs {
 public:
  explicit ProcFs(std::string root = "/proc") : root_(std::move(root)) {}

  std::vector<pid_t> pids() const;
  std::vector<pid_t> threads(pid_t pid) const;

  std::optional<ProcStat> stat(pid_t pid) const;
  // Of one thread alone: the kernel does not sum over all of them, and its `pid` is the thread's.
  std::optional<ProcStat> thread_stat(pid_t pid, pid_t tid) const;
  std::optional<ProcStatus> status(pid_t pid) const;
  std::optional<ProcMemory> memory(pid_t pid) const;
  std::optional<ProcResident> resident(pid_t pid) const;
  // Read from storage for it, in total; needs the right to trace it.
  std::optional<std::uint64_t> read_bytes(pid_t pid) const;
  std::optional<ProcSchedstat> schedstat(pid_t pid, pid_t tid) const;
  std::vector<CgroupEntry> cgroups(pid_t pid) const;
  std::optional<std::string> exe(pid_t pid) const;  // errno tells why it is absent
  UniqueFd open_exe(pid_t pid) const;               // the file itself, also if it was deleted
  FileText maps(pid_t pid) const;
  std::optional<pid_t> self() const;  // our own pid as this /proc counts

  // Any other file below the root: "stat", "17/net/tcp".
  FileText read(std::string_view path, std::size_t limit = kSmallFile) const;
  std::string path(std::string_view below) const { return root_ + "/" + std::string(below); }
  std::string path(pid_t pid, std::string_view below) const;

 private:
  std::string root_;
};

}  // namespace boundscope
