// --cgroup and --unit: both end at a directory of the cgroup file system.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "target/cgroup_fs.h"
#include "target/select.h"
#include "target/text.h"

namespace boundscope {
namespace {

Error failed(std::string message, std::string hint) {
  return {ErrorKind::environment, std::move(message), std::move(hint)};
}

// Processes in it that this pid namespace can see.
std::vector<pid_t> members(const Host& host, const std::string& directory) {
  std::vector<pid_t> pids = processes_below(directory);
  std::erase_if(pids, [&](pid_t pid) {
    const ProcStat* process = host.table.find(pid);
    return pid == host.self || !process || process->is_zombie() || process->is_kernel_thread();
  });
  return pids;
}

bool leaves_its_parent(std::string_view path) {
  while (!path.empty()) {
    if (take_until(path, '/') == "..") return true;
  }
  return false;
}

// Directories that the path may mean: itself if it lies below the mount, else one per hierarchy and
// one below all.
std::vector<std::string> candidates(const CgroupFs& cgroups, std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (path == cgroups.root() || path.starts_with(cgroups.root() + "/")) return {path};
  if (!path.starts_with('/')) path.insert(path.begin(), '/');
  std::vector<std::string> directories;
  for (const Hierarchy& hierarchy : cgroups.hierarchies()) {
    directories.push_back(hierarchy.mount + (path == "/" ? "" : path));
  }
  directories.push_back(cgroups.root() + path);  // with the hierarchy in front: "memory/web"
  return directories;
}

std::string with_suffix(const std::string& unit) {
  constexpr std::array<std::string_view, 3> kWithProcesses = {".service", ".scope", ".slice"};
  const bool has_one = std::any_of(kWithProcesses.begin(), kWithProcesses.end(),
                                   [&](std::string_view suffix) { return unit.ends_with(suffix); });
  return has_one ? unit : unit + ".service";
}

bool runs_systemd(const Host& host, const CgroupFs& cgroups) {
  const ProcStat* init = host.table.find(1);
  if (init && init->comm == "systemd") return true;
  return !cgroups.find_by_name("system.slice").empty();
}

Error no_such_unit(const Host& host, const CgroupFs& cgroups, const std::string& unit) {
  const ProcStat* init = host.table.find(1);
  if (!runs_systemd(host, cgroups)) {
    return failed(fmt::format("there is no unit {}: systemd does not run here (pid 1 is {})", unit,
                              init ? printable(init->comm) : "not visible"),
                  "name the service by --pid, --port, --comm or --cgroup");
  }
  return failed(fmt::format("unit {} has no cgroup: it does not exist or is not running", unit),
                "`systemctl status " + unit + "` shows its state");
}

}  // namespace

Result<Selection> select_directory(const Host& host, const std::string& directory,
                                   std::string description) {
  std::vector<pid_t> pids = members(host, directory);
  if (pids.empty()) {
    return failed(fmt::format("{} holds no process that is visible here", description),
                  "is the service running? pids of other pid namespaces are not visible");
  }
  if (const auto allowed = check_permission(host, pids.front()); !allowed) return allowed.error();
  return Selection{.description = std::move(description),
                   .pids = std::move(pids),
                   .with_descendants = false,
                   .cgroup_scope = directory};
}

Result<Selection> select_cgroup(const Host& host, const std::string& cgroup) {
  const CgroupFs cgroups(host.roots.cgroup);
  const std::string shown = printable(cgroup);
  if (cgroups.hierarchies().empty()) {
    return failed("no cgroup file system is mounted at " + host.roots.cgroup,
                  "name the service by --pid, --port or --comm");
  }
  if (cgroup.empty() || leaves_its_parent(cgroup)) {
    return Error{ErrorKind::usage, fmt::format("\"{}\" is no path of a cgroup", shown),
                 "write it as in /proc/PID/cgroup, without \"..\""};
  }
  std::string empty_one;
  for (const std::string& directory : candidates(cgroups, cgroup)) {
    if (!path_exists(directory + "/cgroup.procs")) continue;
    if (!members(host, directory).empty())
      return select_directory(host, directory, "cgroup " + shown);
    empty_one = directory;
  }
  if (!empty_one.empty()) return select_directory(host, empty_one, "cgroup " + shown);
  return failed(fmt::format("there is no cgroup {} below {}", shown, cgroups.root()),
                "`cat /proc/PID/cgroup` shows where a process is; `systemd-cgls` lists all");
}

Result<Selection> select_unit(const Host& host, const std::string& unit) {
  const CgroupFs cgroups(host.roots.cgroup);
  const std::string name = with_suffix(unit);
  if (unit.empty() || unit.find('/') != std::string::npos) {
    return Error{ErrorKind::usage, fmt::format("\"{}\" is no name of a unit", printable(unit)),
                 "`systemctl list-units` lists them"};
  }
  const std::vector<std::string> found = cgroups.find_by_name(name);
  if (found.empty()) return no_such_unit(host, cgroups, printable(name));
  if (found.size() > 1) {
    return Error{ErrorKind::usage,
                 fmt::format("unit {} exists {} times: {}", printable(name), found.size(),
                             printable(fmt::format("{}", fmt::join(found, ", ")))),
                 "choose one of them with --cgroup"};
  }
  return select_directory(host, found.front(), "unit " + printable(name));
}

}  // namespace boundscope
