// --container: the cgroup that a runtime named after a container or pod.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "target/cgroup_fs.h"
#include "target/container_name.h"
#include "target/select.h"
#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::size_t kShownDigits = 12;  // as container tools show ids
constexpr std::size_t kMostExamples = 5;

using DirectoriesById = std::map<std::string, std::vector<std::string>>;

std::string shown(std::string_view id) {
  const bool is_id = id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  return printable(is_id ? id.substr(0, kShownDigits) : id);
}

// Topmost directories of each container that `wanted` may mean.
DirectoriesById matches(const CgroupFs& cgroups, const Hierarchy& hierarchy,
                        std::string_view wanted) {
  DirectoriesById found;
  for (const std::string& directory : cgroups.directories(hierarchy)) {
    const auto name = container_of(directory);
    if (!name) continue;
    const bool meant = name->is_name ? name->id == wanted : name->id.starts_with(wanted);
    if (!meant) continue;
    std::vector<std::string>& same = found[name->id];
    const bool is_below = std::any_of(same.begin(), same.end(), [&](const std::string& above) {
      return directory.starts_with(above + "/");
    });
    if (!is_below) same.push_back(directory);
  }
  // The whole id, or the name of a folder of a pod, is meant even if it begins another one.
  if (const auto whole = found.find(std::string(wanted)); whole != found.end())
    return {{whole->first, whole->second}};
  return found;
}

Error ambiguous(std::string_view wanted, const DirectoriesById& found) {
  std::vector<std::string> ids;
  for (const auto& [id, directories] : found) {
    if (ids.size() == kMostExamples) break;
    ids.push_back(shown(id));
  }
  return {
      ErrorKind::usage,
      fmt::format("{} containers have an id that begins with {}: {}{}", found.size(),
                  printable(wanted), fmt::join(ids, ", "), found.size() > ids.size() ? " ..." : ""),
      "give more digits"};
}

Error not_found(const CgroupFs& cgroups, std::string_view wanted) {
  const bool is_id = wanted.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
  std::string hint =
      is_id ? "is it running? `docker ps`, `podman ps`, `nerdctl ps` or `crictl ps` list the ids"
            : fmt::format(
                  "cgroups carry ids, not names: docker inspect -f '{{{{.Id}}}}' {0}, or "
                  "crictl ps -q --name {0}",
                  printable(wanted));
  if (cgroups.is_part_of_host())
    hint =
        "only this container's own cgroups are mounted here: run boundscope on the host, or "
        "mount the host's /sys/fs/cgroup";
  return {ErrorKind::environment,
          fmt::format("no cgroup below {} belongs to a container {}", cgroups.root(),
                      printable(wanted)),
          std::move(hint)};
}

}  // namespace

Result<Selection> select_container(const Host& host, const std::string& container) {
  const CgroupFs cgroups(host.roots.cgroup);
  const std::string_view wanted = without_scheme(container);
  if (cgroups.hierarchies().empty()) {
    return Error{ErrorKind::environment, "no cgroup file system is mounted at " + host.roots.cgroup,
                 "name the service by --pid, --port or --comm"};
  }
  if (wanted.empty() || wanted.find('/') != std::string_view::npos) {
    return Error{ErrorKind::usage,
                 fmt::format("\"{}\" is no id of a container", printable(container)),
                 "give the id that `docker ps` shows, or its first digits; paths go to --cgroup"};
  }
  std::string found_empty;
  std::string description;
  for (const Hierarchy& hierarchy : cgroups.hierarchies()) {
    const DirectoriesById found = matches(cgroups, hierarchy, wanted);
    if (found.empty()) continue;
    if (found.size() > 1) return ambiguous(wanted, found);
    const auto& [id, directories] = *found.begin();
    if (directories.size() > 1) {
      return Error{ErrorKind::usage,
                   fmt::format("container {} has {} cgroups: {}", shown(id), directories.size(),
                               printable(fmt::format("{}", fmt::join(directories, ", ")))),
                   "choose one of them with --cgroup"};
    }
    description = "container " + shown(id);
    if (!processes_below(directories.front()).empty())
      return select_directory(host, directories.front(), description);
    // A hierarchy that the runtime does not use may hold the cgroup without its processes.
    found_empty = directories.front();
  }
  if (!found_empty.empty()) return select_directory(host, found_empty, description);
  return not_found(cgroups, wanted);
}

}  // namespace boundscope
