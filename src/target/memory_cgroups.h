// What the memory cgroups of a process say: itself and every ancestor, v1 or v2.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "boundscope/target.h"
#include "target/cgroup_fs.h"
#include "target/proc_fs.h"

namespace boundscope {

// Since the cgroup was made.
struct MemoryEvents {
  std::optional<std::uint64_t> refaults;            // workingset_refault_*: pages read again
  std::optional<std::uint64_t> refaults_anonymous;  // of them, from swap
  std::optional<std::uint64_t> refaults_active;     // of them, evicted while still in use
  std::optional<std::uint64_t> limit_hits;  // allocations that met a limit, summed over the line
  std::optional<std::uint64_t> oom_kills;   // processes of the cgroup that were killed
};

// Of the cgroup that has least room left; without a limit, of the target's own.
struct MemoryLevels {
  std::optional<std::uint64_t> usage_bytes;
  std::optional<std::uint64_t> limit_bytes;       // empty: nothing limits below the host's memory
  std::optional<std::uint64_t> page_cache_bytes;  // of the usage; shared memory is none
};

class MemoryCgroups {
 public:
  MemoryCgroups() = default;  // no cgroup: every value is absent
  // Where the target's first process stands; its scope, if it has one that is an ancestor of that,
  // with the cgroups below it that its processes stand in (the containers of a pod).
  MemoryCgroups(const Target& target, const CgroupFs& cgroups, const ProcFs& proc);

  // Which file tells what is settled from the start. A cgroup that is gone takes its values along:
  // those of its ancestors, with all that is theirs, never stand in.
  MemoryEvents events() const;
  MemoryLevels levels() const;

 private:
  void add_below_scope(const Target& target, const CgroupFs& cgroups, const ProcFs& proc);
  std::optional<std::uint64_t> limit_of(const CgroupDirectory& cgroup) const;

  std::vector<CgroupDirectory> line_;   // the target's own, its parents ...
  std::vector<CgroupDirectory> below_;  // within it, each once
  // Not every level of a v2 hierarchy has the controller: the first of the line that tells.
  std::optional<CgroupDirectory> statistics_, kills_, usage_;
  std::uint64_t host_bytes_ = 0;  // a limit above it limits nothing; 0: not known
};

}  // namespace boundscope
