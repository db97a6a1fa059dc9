// Who listens on a TCP port.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "target/process_table.h"

namespace boundscope {

// Listening sockets of one network namespace, from /proc/PID/net/tcp or tcp6.
struct ListeningSocket {
  std::uint16_t port = 0;
  std::uint64_t inode = 0;
};
std::vector<ListeningSocket> parse_listeners(std::string_view table);

struct PortSearch {
  std::vector<pid_t> holders;           // have such a socket open
  bool socket_seen = false;             // somebody listens, whether or not we may see who
  std::size_t unreadable = 0;           // processes whose descriptors we were not allowed to read
  std::size_t namespaces = 0;           // with holders; > 1: unrelated services, one per namespace
  std::set<std::uint16_t> other_ports;  // what our own namespace listens on
};

// Our own network namespace goes first; the others (containers) are looked at if nobody listens
// here.
PortSearch find_listeners(const ProcFs& proc, const ProcessTable& table, std::uint16_t port);

}  // namespace boundscope
