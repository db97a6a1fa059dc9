// The target's processes over time: finds newcomers and tells the sink about each process once.
#pragma once

#include <map>
#include <vector>

#include "boundscope/collector.h"
#include "boundscope/target.h"
#include "collect/process_slots.h"
#include "target/proc_fs.h"
#include "target/runtime.h"

namespace boundscope {

class Census {
 public:
  Census(const Target& target, const HostRoots& roots);

  // Processes that belong to the target by now, besides those already named: descendants of its
  // roots, and for a cgroup everything in it.
  std::vector<TargetProcess> newcomers();

  // Tells the sink about the given process unless that was done.
  Result<> announce(const TargetProcess& process, RecordingSink& sink);
  // The same for processes that only the kernel side has told us about. Those that are gone keep
  // `comm`.
  Result<> announce(pid_t pid, const std::string& comm, RecordingSink& sink);

  // Announces again those that execute another program than they did. Of a target with hundreds of
  // processes nothing is known of that.
  Result<> announce_changed(RecordingSink& sink);

  // As announced last; nullptr: it was not. Valid until the next announcement.
  const TargetProcess* find(pid_t pid) const;

 private:
  const Target& target_;
  HostRoots roots_;
  ProcFs proc_;
  RuntimeDetector runtimes_;
  std::map<pid_t, std::uint64_t> known_;  // pid -> start time: named by newcomers() or the target
  std::map<pid_t, TargetProcess> announced_;
};

}  // namespace boundscope
