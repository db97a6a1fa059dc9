#include "target/process_table.h"

#include <algorithm>
#include <deque>
#include <tuple>

namespace boundscope {

ProcessTable::ProcessTable(const ProcFs& proc) {
  for (const pid_t pid : proc.pids()) {
    if (auto stat = proc.stat(pid)) processes_.push_back(std::move(*stat));
  }
  for (const ProcStat& process : processes_) {
    by_pid_.emplace(process.pid, &process);
    children_[process.parent].push_back(process.pid);
  }
}

const ProcStat* ProcessTable::find(pid_t pid) const {
  const auto found = by_pid_.find(pid);
  return found == by_pid_.end() ? nullptr : found->second;
}

bool ProcessTable::has_ancestor_among(const ProcStat& process,
                                      const std::unordered_set<pid_t>& pids) const {
  // Parents that change while the table is read could form a circle: count the steps.
  const ProcStat* above = find(process.parent);
  for (std::size_t steps = 0; above && steps < processes_.size(); ++steps) {
    if (pids.contains(above->pid)) return true;
    above = find(above->parent);
  }
  return false;
}

std::vector<const ProcStat*> ProcessTable::oldest_first(std::span<const pid_t> pids) const {
  std::vector<const ProcStat*> sorted;
  for (const pid_t pid : pids) {
    if (const ProcStat* process = find(pid)) sorted.push_back(process);
  }
  std::sort(sorted.begin(), sorted.end(), [](const ProcStat* a, const ProcStat* b) {
    return std::tie(a->start_ticks, a->pid) < std::tie(b->start_ticks, b->pid);
  });
  return sorted;
}

std::vector<const ProcStat*> ProcessTable::trees(std::span<const pid_t> roots,
                                                 pid_t without) const {
  std::vector<const ProcStat*> found;
  std::unordered_set<pid_t> seen = {without};
  const std::unordered_set<pid_t> root_set(roots.begin(), roots.end());
  for (const ProcStat* root : oldest_first(roots)) {
    if (has_ancestor_among(*root, root_set)) continue;
    std::deque<pid_t> queue = {root->pid};
    while (!queue.empty()) {
      const ProcStat* process = find(queue.front());
      queue.pop_front();
      if (!seen.insert(process->pid).second) continue;
      if (!process->is_zombie() && !process->is_kernel_thread()) found.push_back(process);
      const auto children = children_.find(process->pid);
      if (children == children_.end()) continue;
      queue.insert(queue.end(), children->second.begin(), children->second.end());
    }
  }
  return found;
}

std::vector<const ProcStat*> ProcessTable::only(std::span<const pid_t> pids, pid_t without) const {
  const std::unordered_set<pid_t> wanted(pids.begin(), pids.end());
  std::vector<const ProcStat*> found = trees(pids, without);
  std::erase_if(found, [&](const ProcStat* process) { return !wanted.contains(process->pid); });
  return found;
}

}  // namespace boundscope
