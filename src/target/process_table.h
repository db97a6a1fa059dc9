// All processes of one moment, as a tree. Taken in one pass over /proc: the kernel's own list of
// children (task/TID/children) is optional, and a walk along it costs more.
#pragma once

#include <sys/types.h>

#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "target/proc_fs.h"

namespace boundscope {

class ProcessTable {
 public:
  explicit ProcessTable(const ProcFs& proc);
  ProcessTable(const ProcessTable&) = delete;  // the index points into processes_
  ProcessTable& operator=(const ProcessTable&) = delete;

  const ProcStat* find(pid_t pid) const;  // nullptr: no such process
  std::span<const ProcStat> all() const { return processes_; }

  // The roots, each with all its descendants, every process once; parents before their children,
  // the oldest root first. A root below another root is its descendant. Leaves out zombies, kernel
  // threads, and `without` with everything below it.
  std::vector<const ProcStat*> trees(std::span<const pid_t> roots, pid_t without) const;

  // Only the given processes, in the same order and with the same exceptions.
  std::vector<const ProcStat*> only(std::span<const pid_t> pids, pid_t without) const;

 private:
  bool has_ancestor_among(const ProcStat& process, const std::unordered_set<pid_t>& pids) const;
  std::vector<const ProcStat*> oldest_first(std::span<const pid_t> pids) const;

  std::vector<ProcStat> processes_;
  std::unordered_map<pid_t, const ProcStat*> by_pid_;
  std::unordered_map<pid_t, std::vector<pid_t>> children_;
};

}  // namespace boundscope
