#include "collect/census.h"

#include <unistd.h>

#include "target/cgroup_fs.h"
#include "target/describe_process.h"
#include "target/process_table.h"

namespace boundscope {
namespace {

// So many executables are looked at in every window.
constexpr std::size_t kMostLookedAt = 256;

// A program whose file was replaced while it runs is still the same program.
std::string_view path_of(std::string_view exe) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (exe.ends_with(kDeleted)) exe.remove_suffix(kDeleted.size());
  return exe;
}

}  // namespace

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
  const auto [entry, is_new] = announced_.emplace(process.pid, process);
  const TargetProcess& known = entry->second;
  if (!is_new && known.start_ticks == process.start_ticks && known.exe == process.exe)
    return Done{};
  entry->second = process;
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

Result<> Census::announce_changed(RecordingSink& sink) {
  if (announced_.size() > kMostLookedAt) return Done{};
  std::vector<TargetProcess> changed;
  for (const auto& [pid, process] : announced_) {
    const std::string exe = proc_.exe(pid).value_or("");
    if (exe.empty() || process.exe.empty() || path_of(exe) == path_of(process.exe)) continue;
    if (const auto now = proc_.stat(pid))
      changed.push_back(describe_process(proc_, *now, runtimes_));
  }
  for (const TargetProcess& process : changed)
    if (auto told = announce(process, sink); !told) return told;
  return Done{};
}

const TargetProcess* Census::find(pid_t pid) const {
  const auto found = announced_.find(pid);
  return found == announced_.end() ? nullptr : &found->second;
}

}  // namespace boundscope
