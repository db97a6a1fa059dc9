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

// Of the cgroup of the line that has least room left; without a limit, of the first one.
struct MemoryLevels {
  std::optional<std::uint64_t> usage_bytes;
  std::optional<std::uint64_t> limit_bytes;       // empty: nothing limits below the host's memory
  std::optional<std::uint64_t> page_cache_bytes;  // of the usage; shared memory is none
};

class MemoryCgroups {
 public:
  MemoryCgroups() = default;  // no cgroup: every value is absent
  // Where the target's first process stands; its scope, if it has one that is an ancestor of that.
  MemoryCgroups(const Target& target, const CgroupFs& cgroups, const ProcFs& proc);

  MemoryEvents events() const;
  MemoryLevels levels() const;

 private:
  std::optional<std::uint64_t> limit_of(const CgroupDirectory& cgroup) const;
  const CgroupDirectory* with_statistics() const;

  std::vector<CgroupDirectory> line_;  // the target's own, its parents ...
  std::uint64_t host_bytes_ = 0;       // a limit above it limits nothing; 0: not known
};

}  // namespace boundscope
