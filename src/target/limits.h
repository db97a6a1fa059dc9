// How much CPU and memory the target may use, and which of its cgroups says so.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "boundscope/target.h"
#include "target/cgroup_fs.h"
#include "target/proc_fs.h"

namespace boundscope {

struct TargetLimits {
  std::uint32_t online_cpus = 0;
  double cpu_limit = 0;    // cores: the least of quota, affinity and online CPUs
  bool cpu_quota = false;  // ... and it is the quota
  std::optional<std::uint64_t> memory_limit_bytes;  // empty: none below the host's memory
  std::uint64_t host_memory_bytes = 0;
};
TargetLimits target_limits(const Target& target, const HostRoots& roots = {});

// The cgroups whose quotas hold for the target: where most of its CPU time was used so far (one
// container of a pod), then its parents.
std::vector<CgroupDirectory> cpu_line(const Target& target, const CgroupFs& cgroups,
                                      const ProcFs& proc);

// Cores that a cgroup's own quota allows, without its ancestors; empty: no quota.
std::optional<double> quota_cores(const CgroupDirectory& cgroup);
// Where the kernel starts to reclaim in it (memory.high or memory.max); empty: no limit.
std::optional<std::uint64_t> memory_limit(const CgroupDirectory& cgroup);

// The cgroup of the line (itself, parents ...) with the smallest quota or limit; the first if none
// has one; empty if the line is.
std::optional<CgroupDirectory> cpu_limiting(const std::vector<CgroupDirectory>& line);
std::optional<CgroupDirectory> memory_limiting(const std::vector<CgroupDirectory>& line);

std::uint64_t host_memory_bytes(const ProcFs& proc);

}  // namespace boundscope
