#include "collect/polled_files.h"

#include <optional>
#include <string_view>

#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::size_t kTableLimit = 8 * 1024 * 1024;
constexpr auto kTableAge = std::chrono::seconds(1);

// "socket:[17]"
std::optional<std::uint64_t> socket_inode(std::string_view link) {
  constexpr std::string_view kPrefix = "socket:[";
  if (!link.starts_with(kPrefix) || !link.ends_with(']')) return std::nullopt;
  link.remove_prefix(kPrefix.size());
  link.remove_suffix(1);
  return parse_number<std::uint64_t>(link);
}

}  // namespace

PolledWait PolledFiles::what_is(pid_t pid, std::uint64_t fd) {
  const auto link = read_link(proc_.path(pid, "fd/" + std::to_string(static_cast<int>(fd))));
  if (!link) return {WaitClass::other, ""};
  if (const auto inode = socket_inode(*link)) return of_socket(pid, *inode);
  if (link->starts_with("pipe:")) return {WaitClass::pipe, ""};
  if (*link == "anon_inode:[timerfd]") return {WaitClass::timer, ""};
  if (*link == "anon_inode:[eventfd]" || *link == "anon_inode:[eventpoll]")
    return {WaitClass::poll, ""};
  if (link->starts_with('/') && !link->starts_with("/dev/")) return {WaitClass::disk_other, ""};
  return {WaitClass::other, ""};
}

PolledWait PolledFiles::of_socket(pid_t pid, std::uint64_t inode) {
  const Tables& tables = tables_with(pid, inode);
  const auto found = tables.sockets.find(inode);
  // Unix sockets and datagrams are in no table that we read.
  if (found == tables.sockets.end()) return {WaitClass::socket_other, ""};
  const TableSocket& socket = found->second;
  if (socket.listens) return {WaitClass::accept, ""};
  if (tables.listening.contains(socket.local_port)) return {WaitClass::client, ""};
  return {WaitClass::upstream, socket.peer};
}

PolledFiles::Tables& PolledFiles::tables_with(pid_t pid, std::uint64_t inode) {
  Tables& tables = tables_[pid];
  const auto now = std::chrono::steady_clock::now();
  if (!tables.sockets.contains(inode) && now - tables.read_at >= kTableAge) {
    tables.read_at = now;
    read(pid, tables);
  }
  return tables;
}

void PolledFiles::read(pid_t pid, Tables& tables) const {
  tables.sockets.clear();
  tables.listening.clear();
  for (const char* table : {"net/tcp", "net/tcp6"})
    parse_sockets(read_file(proc_.path(pid, table), kTableLimit).text, tables.sockets);
  const std::string directory = proc_.path(pid, "fd");
  for (const std::string& fd : list_directory(directory).names) {
    const auto link = read_link(directory + "/" + fd);
    const auto inode = link ? socket_inode(*link) : std::nullopt;
    const auto found = inode ? tables.sockets.find(*inode) : tables.sockets.end();
    if (found != tables.sockets.end() && found->second.listens)
      tables.listening.insert(found->second.local_port);
  }
}

}  // namespace boundscope
