#include "target/cgroup_fs.h"

#include <algorithm>
#include <array>
#include <set>

#include "target/file_read.h"
#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::size_t kMostDirectories =
    100'000;  // of one hierarchy; a large host has some thousand
constexpr std::size_t kProcsLimit = 4 * 1024 * 1024;

// The kernel gives these files to every cgroup but the root (v2), or to the root alone (v1).
bool is_host_root(const Hierarchy& hierarchy) {
  return hierarchy.unified ? !path_exists(hierarchy.mount + "/cgroup.events")
                           : path_exists(hierarchy.mount + "/release_agent");
}

std::size_t rank(const Hierarchy& hierarchy) {
  if (hierarchy.unified) return 0;
  constexpr std::array<std::string_view, 5> kOrder = {"cpu,cpuacct", "cpuacct,cpu", "cpu", "memory",
                                                      "systemd"};
  const auto found = std::find(kOrder.begin(), kOrder.end(), base_name(hierarchy.mount));
  return 1 + static_cast<std::size_t>(found - kOrder.begin());
}

std::vector<Hierarchy> find_hierarchies(const std::string& root) {
  if (path_exists(root + "/cgroup.controllers")) return {{root, true}};
  std::vector<Hierarchy> found;
  for (const std::string& name : list_subdirectories(root)) {
    const std::string mount = root + "/" + name;
    if (!path_exists(mount + "/cgroup.procs")) continue;
    found.push_back({mount, path_exists(mount + "/cgroup.controllers")});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Hierarchy& a, const Hierarchy& b) { return rank(a) < rank(b); });
  return found;
}

bool has_controller(const Hierarchy& hierarchy, std::string_view controller) {
  std::string_view names = base_name(hierarchy.mount);
  while (!names.empty()) {
    if (take_until(names, ',') == controller) return true;
  }
  return false;
}

// Calls visit(directory) for the directory and all below it, parents first.
template <class Visit>
void walk(const std::string& top, Visit visit) {
  std::vector<std::string> pending = {top};
  for (std::size_t seen = 0; !pending.empty() && seen < kMostDirectories; ++seen) {
    const std::string directory = std::move(pending.back());
    pending.pop_back();
    visit(directory);
    for (const std::string& name : list_subdirectories(directory)) {
      pending.push_back(directory + "/" + name);
    }
  }
}

}  // namespace

CgroupFs::CgroupFs(std::string root)
    : root_(std::move(root)), hierarchies_(find_hierarchies(root_)) {}

std::optional<CgroupDirectory> CgroupFs::locate(const Hierarchy& hierarchy,
                                                std::string path) const {
  while (path.ends_with('/')) path.pop_back();
  if (path.find("/..") != std::string::npos) return std::nullopt;  // outside our cgroup namespace
  const bool whole_host = is_host_root(hierarchy);
  for (;;) {
    if (path.empty() && whole_host) return std::nullopt;
    if (is_directory(hierarchy.mount + path)) return CgroupDirectory{hierarchy, path};
    // A container without a cgroup namespace sees paths of the host, but only its own part mounted.
    if (path.empty() || whole_host) return std::nullopt;
    const auto next = path.find('/', 1);
    path.erase(0, next == std::string::npos ? path.size() : next);
  }
}

std::optional<CgroupDirectory> CgroupFs::unified(const std::vector<CgroupEntry>& entries) const {
  for (const CgroupEntry& entry : entries) {
    if (!entry.controllers.empty() || hierarchies_.empty() || !hierarchies_.front().unified)
      continue;
    return locate(hierarchies_.front(), entry.path);
  }
  return std::nullopt;
}

std::optional<CgroupDirectory> CgroupFs::controlling(const std::vector<CgroupEntry>& entries,
                                                     std::string_view controller) const {
  for (const CgroupEntry& entry : entries) {
    const auto& names = entry.controllers;
    if (std::find(names.begin(), names.end(), controller) == names.end()) continue;
    for (const Hierarchy& hierarchy : hierarchies_) {
      if (!hierarchy.unified && has_controller(hierarchy, controller)) {
        return locate(hierarchy, entry.path);
      }
    }
  }
  return unified(entries);
}

std::vector<CgroupDirectory> CgroupFs::with_ancestors(const CgroupDirectory& cgroup) const {
  std::vector<CgroupDirectory> line;
  for (CgroupDirectory at = cgroup; !at.path.empty(); at.path.erase(at.path.find_last_of('/'))) {
    line.push_back(at);
  }
  if (!is_host_root(cgroup.hierarchy)) line.push_back({cgroup.hierarchy, ""});
  return line;
}

std::vector<std::string> CgroupFs::directories(const Hierarchy& hierarchy) const {
  std::vector<std::string> all;
  walk(hierarchy.mount, [&](const std::string& directory) {
    if (directory != hierarchy.mount) all.push_back(directory);
  });
  return all;
}

bool CgroupFs::is_part_of_host() const {
  return !hierarchies_.empty() && !is_host_root(hierarchies_.front());
}

std::vector<std::string> CgroupFs::find_by_name(std::string_view name) const {
  for (const Hierarchy& hierarchy : hierarchies_) {
    std::set<std::string> found;
    walk(hierarchy.mount, [&](const std::string& directory) {
      if (base_name(directory) == name) found.insert(directory);
    });
    if (!found.empty()) return {found.begin(), found.end()};
  }
  return {};
}

std::vector<CgroupDirectory> from_scope(std::vector<CgroupDirectory> line,
                                        const std::optional<std::string>& scope) {
  if (!scope) return line;
  const auto found = std::find_if(line.begin(), line.end(), [&](const CgroupDirectory& cgroup) {
    return !cgroup.path.empty() && scope->ends_with(cgroup.path);
  });
  if (found != line.end()) line.erase(line.begin(), found);
  return line;
}

std::vector<pid_t> processes_below(const std::string& directory) {
  std::vector<pid_t> pids;
  walk(directory, [&](const std::string& cgroup) {
    const FileText file = read_file(cgroup + "/cgroup.procs", kProcsLimit);
    std::string_view rest = file.text;
    while (!rest.empty()) {
      const auto pid = parse_number<pid_t>(take_until(rest, '\n'));
      if (pid && *pid > 0) pids.push_back(*pid);  // 0: outside our pid namespace
    }
  });
  return pids;
}

}  // namespace boundscope
