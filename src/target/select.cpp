#include "target/select.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>

#include "target/listeners.h"
#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::size_t kMostExamples = 5;  // of what there is instead of what was asked for
constexpr std::size_t kCommLength = 15;   // the kernel cuts names there

Error not_found(std::string message, std::string hint) {
  return {ErrorKind::environment, std::move(message), std::move(hint)};
}

std::string named(const ProcStat& process) {
  return fmt::format("pid {} ({})", process.pid, printable(process.comm));
}

Error no_such_pid(const Host& host, pid_t pid) {
  const auto status = host.proc.status(pid);
  if (status && status->process && *status->process != pid) {
    return not_found(fmt::format("{} is a thread of process {}", pid, *status->process),
                     fmt::format("name the process: --pid {}", *status->process));
  }
  return not_found(fmt::format("pid {} does not exist", pid),
                   "pids are those of this pid namespace; `ps -e` lists them");
}

Result<> check_measurable(const Host& host, pid_t pid) {
  const ProcStat* process = host.table.find(pid);
  if (!process) return no_such_pid(host, pid);
  if (pid == host.self) {
    return Error{ErrorKind::usage, fmt::format("pid {} is boundscope itself", pid),
                 "name another process"};
  }
  if (process->is_kernel_thread()) {
    return not_found(named(*process) +
                         " is a kernel thread: it serves no requests and runs no "
                         "code that could be rewritten",
                     "name a process of a service");
  }
  if (process->is_zombie()) {
    return not_found(named(*process) + " has already exited and waits for its parent to collect it",
                     fmt::format("its parent is pid {}", process->parent));
  }
  return check_permission(host, pid);
}

std::string describe(const std::vector<pid_t>& pids) {
  return fmt::format("{} {}", pids.size() == 1 ? "pid" : "pids", fmt::join(pids, ", "));
}

Error nobody_listens(std::uint16_t port, const std::set<std::uint16_t>& others) {
  std::vector<std::uint16_t> examples(others.begin(), others.end());
  std::string hint = "nothing on this host accepts TCP connections";
  if (!examples.empty()) {
    const bool more = examples.size() > kMostExamples;
    examples.resize(std::min(examples.size(), kMostExamples));
    hint = fmt::format("there are listeners on {}{}", fmt::join(examples, ", "),
                       more ? " and others; `ss -ltnp` lists them" : "");
  }
  return not_found(fmt::format("nobody listens on TCP port {}", port), std::move(hint));
}

Error listener_unseen(std::uint16_t port, const PortSearch& search) {
  if (search.unreadable > 0) {
    return not_found(
        fmt::format("somebody listens on TCP port {}, but the descriptors of {} processes of other "
                    "users may not be read",
                    port, search.unreadable),
        "run as root (sudo), or with CAP_SYS_PTRACE");
  }
  return not_found(
      fmt::format("TCP port {} is open, but no process that is visible here holds it", port),
      "its owner is in another pid namespace, or is systemd waiting to start a unit on demand: run "
      "boundscope on the host, or send the service a request first");
}

// Those that hold a published port and hand its connections to a container, or only keep it from
// others while the kernel does (docker, podman without and with root, Kubernetes).
bool is_port_forwarder(const ProcStat& process) {
  constexpr std::array<std::string_view, 4> kNames = {"docker-proxy", "rootlessport", "conmon",
                                                      "kube-proxy"};
  return std::find(kNames.begin(), kNames.end(), process.comm) != kNames.end();
}

// The one that holds the port, if nobody but such holds it.
const ProcStat* port_forwarder(const Host& host, const std::vector<pid_t>& holders) {
  const ProcStat* forwarder = nullptr;
  for (const pid_t pid : holders) {
    forwarder = host.table.find(pid);
    if (forwarder == nullptr || !is_port_forwarder(*forwarder)) return nullptr;
  }
  return forwarder;
}

Error only_forwarded(std::uint16_t port, const ProcStat& forwarder) {
  return not_found(fmt::format("TCP port {} is that of a container: {} only holds it on this host",
                               port, named(forwarder)),
                   "name the container: --container ID (`docker ps`, `podman ps` and `crictl ps` "
                   "list them with their ports), or --port with the port inside of it");
}

// A few names that contain what was asked for, or are contained in it.
std::string similar_names(const Host& host, std::string_view comm) {
  std::set<std::string> names;
  for (const ProcStat& process : host.table.all()) {
    const std::string_view other = process.comm;
    const bool similar = !other.empty() && (other.find(comm) != std::string_view::npos ||
                                            comm.find(other) != std::string_view::npos);
    if (similar && process.pid != host.self && !process.is_kernel_thread()) {
      names.insert(printable(other));
    }
    if (names.size() == kMostExamples) break;
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

// Root may have been left without it.
bool may_look_at_anybody(const Host& host) {
  constexpr unsigned kSysPtrace = 19;
  const auto own = parse_status(host.proc.read("self/status").text);
  return (own.effective_capabilities.value_or(0) >> kSysPtrace & 1) != 0;
}

}  // namespace

Result<> check_permission(const Host& host, pid_t pid) {
  if (host.proc.exe(pid) || (errno != EACCES && errno != EPERM)) return Done{};
  const auto status = host.proc.status(pid);
  const std::string owner =
      status && status->uid ? fmt::format(" belongs to user {} and", *status->uid) : "";
  return not_found(fmt::format("pid {}{} may not be looked at by this user", pid, owner),
                   may_look_at_anybody(host)
                       ? "a security module or a container keeps it even from root: run "
                         "boundscope on the host, outside containers"
                       : "run as root (sudo), or with CAP_SYS_PTRACE");
}

Result<Selection> select_pids(const Host& host, const std::vector<pid_t>& pids) {
  for (const pid_t pid : pids) {
    if (const auto allowed = check_measurable(host, pid); !allowed) return allowed.error();
  }
  return Selection{.description = describe(pids), .pids = pids, .cgroup_scope = {}};
}

Result<Selection> select_port(const Host& host, std::uint16_t port) {
  PortSearch search = find_listeners(host.proc, host.table, port);
  std::erase(search.holders, host.self);
  if (search.namespaces > 1) {
    return Error{ErrorKind::usage,
                 fmt::format("port {} is listened on in several network namespaces ({})", port,
                             describe(search.holders)),
                 "choose one of them with --pid"};
  }
  if (search.holders.empty() && search.socket_seen) return listener_unseen(port, search);
  if (search.holders.empty()) return nobody_listens(port, search.other_ports);
  if (const ProcStat* forwarder = port_forwarder(host, search.holders)) {
    return only_forwarded(port, *forwarder);
  }
  return Selection{.description = fmt::format("port {}", port),
                   .pids = std::move(search.holders),
                   .cgroup_scope = {}};
}

Result<Selection> select_comm(const Host& host, const std::string& comm) {
  const std::string cut = comm.substr(0, kCommLength);
  std::vector<pid_t> pids;
  const ProcStat* unusable = nullptr;
  for (const ProcStat& process : host.table.all()) {
    if (process.comm != cut || process.pid == host.self) continue;
    if (process.is_zombie() || process.is_kernel_thread()) {
      unusable = &process;
    } else {
      pids.push_back(process.pid);
    }
  }
  if (pids.empty() && unusable) return check_measurable(host, unusable->pid).error();
  if (pids.empty()) {
    const std::string similar = similar_names(host, cut);
    return not_found(fmt::format("no process is named \"{}\"", printable(comm)),
                     similar.empty() ? "`ps -eo pid,comm` lists the names; they are those of "
                                       "programs, not of their command lines"
                                     : "similar names: " + similar);
  }
  if (const auto allowed = check_permission(host, pids.front()); !allowed) return allowed.error();
  return Selection{.description = fmt::format("processes named {}", printable(comm)),
                   .pids = std::move(pids),
                   .cgroup_scope = {}};
}

}  // namespace boundscope
