// Control groups: v1 (a hierarchy per controller), v2 (one for all) and both at once.
//
// Mounts are recognised by what is in them, below an injectable root ("/sys/fs/cgroup").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "target/proc_parse.h"

namespace boundscope {

struct Hierarchy {
  std::string mount;     // directory
  bool unified = false;  // v2
};

// A cgroup that exists and is not the root of its hierarchy.
struct CgroupDirectory {
  Hierarchy hierarchy;
  std::string path;  // below the mount, starts with '/'

  std::string file(std::string_view name) const {
    return hierarchy.mount + path + "/" + std::string(name);
  }
};

class CgroupFs {
 public:
  explicit CgroupFs(std::string root = "/sys/fs/cgroup");

  // Unified first, then the hierarchies that know most about a service: cpu, memory, systemd.
  const std::vector<Hierarchy>& hierarchies() const { return hierarchies_; }
  const std::string& root() const { return root_; }

  // Where a process with these entries stands as far as `controller` is concerned ("cpu",
  // "memory"). Absent in the root of the hierarchy, for it stands for the host and has neither
  // limit nor use.
  std::optional<CgroupDirectory> controlling(const std::vector<CgroupEntry>& entries,
                                             std::string_view controller) const;
  // The same in the v2 hierarchy, whatever controllers it has.
  std::optional<CgroupDirectory> unified(const std::vector<CgroupEntry>& entries) const;

  // The cgroup itself, then its parents, without the root of the hierarchy.
  std::vector<CgroupDirectory> with_ancestors(const CgroupDirectory& cgroup) const;

  // All of a hierarchy, parents first, without the mount itself.
  std::vector<std::string> directories(const Hierarchy& hierarchy) const;
  // True in a container that sees only its own cgroups.
  bool is_part_of_host() const;

  // Directories of that name, sorted, within the first hierarchy that has any.
  std::vector<std::string> find_by_name(std::string_view name) const;

 private:
  std::optional<CgroupDirectory> locate(const Hierarchy& hierarchy, std::string path) const;

  std::string root_;
  std::vector<Hierarchy> hierarchies_;
};

// The line from `scope` on (Target::cgroup_scope, a directory of any hierarchy); all of it where
// the scope is none of it.
std::vector<CgroupDirectory> from_scope(std::vector<CgroupDirectory> line,
                                        const std::optional<std::string>& scope);

// Processes of a cgroup directory and of all below it.
std::vector<pid_t> processes_below(const std::string& directory);

}  // namespace boundscope
