// The TCP sockets of one network namespace, as /proc shows them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace boundscope {

struct TableSocket {
  bool listens = false;
  std::uint16_t local_port = 0;
  std::string peer;  // "10.0.0.7:5432", "[2001:db8::7]:443"
};
using SocketTable = std::unordered_map<std::uint64_t, TableSocket>;  // by inode

// Adds the sockets of /proc/PID/net/tcp or tcp6. Lines that are none are left out.
void parse_sockets(std::string_view text, SocketTable& sockets);

}  // namespace boundscope
