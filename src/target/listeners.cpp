#include "target/listeners.h"

#include <cerrno>
#include <map>
#include <unordered_set>

#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::string_view kListen = "0A";  // TCP_LISTEN
// The kernel lists listeners before connections, so a bounded read misses none of them.
constexpr std::size_t kTableLimit = 2 * 1024 * 1024;

using Inodes = std::unordered_set<std::uint64_t>;

struct Namespace {
  Inodes on_port;
  std::set<std::uint16_t> ports;
};

// `process` is the name of a directory of /proc: a pid or "self".
Namespace look_into(const ProcFs& proc, const std::string& process, std::uint16_t port) {
  Namespace found;
  for (const char* table : {"/net/tcp", "/net/tcp6"}) {
    const FileText file = proc.read(process + table, kTableLimit);
    for (const ListeningSocket& socket : parse_listeners(file.text)) {
      found.ports.insert(socket.port);
      if (socket.port == port) found.on_port.insert(socket.inode);
    }
  }
  return found;
}

// errno if the descriptors may not be read, else 0.
int holds_one_of(const ProcFs& proc, pid_t pid, const Inodes& inodes, bool& holds) {
  const std::string directory = proc.path(pid, "fd");
  const DirectoryNames fds = list_directory(directory);
  for (const std::string& fd : fds.names) {
    const auto link = read_link(directory + "/" + fd);
    if (!link || !link->starts_with("socket:[") || !link->ends_with(']')) continue;
    const auto number = std::string_view(*link).substr(8, link->size() - 9);
    const auto inode = parse_number<std::uint64_t>(number);
    if (inode && inodes.contains(*inode)) {
      holds = true;
      return 0;
    }
  }
  return fds.error;
}

// A service manager keeps the socket of a unit that it would start on demand; it is not the
// service.
bool is_socket_activator(const ProcStat& process) {
  return process.pid == 1 && process.comm == "systemd";
}

void search_members(const ProcFs& proc, const std::vector<const ProcStat*>& members,
                    const Inodes& inodes, PortSearch& search) {
  bool any = false;
  for (const ProcStat* member : members) {
    if (is_socket_activator(*member)) continue;
    bool holds = false;
    const int error = holds_one_of(proc, member->pid, inodes, holds);
    if (error == EACCES || error == EPERM) ++search.unreadable;
    if (holds) search.holders.push_back(member->pid);
    any = any || holds;
  }
  if (any) ++search.namespaces;
}

}  // namespace

std::vector<ListeningSocket> parse_listeners(std::string_view table) {
  std::vector<ListeningSocket> found;
  take_until(table, '\n');  // the heading
  while (!table.empty()) {
    // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
    std::string_view line = take_until(table, '\n');
    take_word(line);
    const std::string_view local = take_word(line);
    take_word(line);
    if (take_word(line) != kListen) continue;
    for (int skipped = 0; skipped < 5; ++skipped) take_word(line);
    const auto inode = parse_number<std::uint64_t>(take_word(line));
    const auto colon = local.rfind(':');
    if (colon == std::string_view::npos || !inode) continue;
    const auto port = parse_number<std::uint16_t>(local.substr(colon + 1), 16);
    if (port) found.push_back({*port, *inode});
  }
  return found;
}

PortSearch find_listeners(const ProcFs& proc, const ProcessTable& table, std::uint16_t port) {
  std::vector<const ProcStat*> everybody;
  for (const ProcStat& process : table.all()) {
    if (!process.is_zombie() && !process.is_kernel_thread()) everybody.push_back(&process);
  }
  PortSearch search;
  const auto look = [&](const std::string& process, const std::vector<const ProcStat*>& holders) {
    Namespace found = look_into(proc, process, port);
    search.socket_seen = search.socket_seen || !found.on_port.empty();
    if (!found.on_port.empty()) search_members(proc, holders, found.on_port, search);
    return found;
  };
  // Inode numbers of sockets mean the same in all namespaces: whoever holds one, wherever it runs.
  search.other_ports = look("self", everybody).ports;
  if (search.socket_seen) return search;

  std::map<std::string, std::vector<const ProcStat*>> containers;
  for (const ProcStat* process : everybody) {
    // Those of other users cannot be told apart; they are found only if they share our namespace.
    const auto name = read_link(proc.path(process->pid, "ns/net"));
    if (name) containers[*name].push_back(process);
  }
  containers.erase(read_link(proc.path("self/ns/net")).value_or(""));
  for (const auto& [name, members] : containers) {
    look(std::to_string(members.front()->pid), members);
  }
  return search;
}

}  // namespace boundscope
