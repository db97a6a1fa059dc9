#include "collect/census.h"

#include <unistd.h>

#include "target/cgroup_fs.h"
#include "target/describe_process.h"
#include "target/process_table.h"

namespace boundscope {

Census::Census(const Target& target, const HostRoots& roots)
    : target_(target), roots_(roots), proc_(roots.proc), runtimes_(proc_) {
  for (const TargetProcess& process : target.processes) known_[process.pid] = process.start_ticks;
}

std::vector<TargetProcess> Census::newcomers() {
  const ProcessTable table(proc_);
  std::vector<const ProcStat*> found;
  if (target_.cgroup_scope) {
    found = table.only(processes_below(*target_.cgroup_scope), getpid());
  } else {
    std::vector<pid_t> roots;
    for (const TargetProcess& process : target_.processes) roots.push_back(process.pid);
    found = table.trees(roots, getpid());
  }
  std::vector<TargetProcess> fresh;
  for (const ProcStat* process : found) {
    const auto [entry, is_new] = known_.emplace(process->pid, process->start_ticks);
    if (!is_new && entry->second == process->start_ticks) continue;
    entry->second = process->start_ticks;
    fresh.push_back(describe_process(proc_, *process, runtimes_));
  }
  return fresh;
}

Result<> Census::announce(const TargetProcess& process, RecordingSink& sink) {
  const auto [entry, is_new] = announced_.emplace(process.pid, process.start_ticks);
  if (!is_new && entry->second == process.start_ticks) return Done{};
  entry->second = process.start_ticks;
  return sink.on_process(process);
}

Result<> Census::announce(pid_t pid, const std::string& comm, RecordingSink& sink) {
  if (announced_.contains(pid)) return Done{};
  if (const auto process = proc_.stat(pid))
    return announce(describe_process(proc_, *process, runtimes_), sink);
  TargetProcess gone;
  gone.pid = pid;
  gone.comm = comm;
  return announce(gone, sink);
}

}  // namespace boundscope
