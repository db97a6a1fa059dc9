// Probes where runtimes stop their programs and let them go on (docs/gc_probes.md). Attached for as
// long as this lives.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "boundscope/result.h"
#include "collect/bpf_handle.h"
#include "collect/kernel_probes.h"
#include "target/gc/pause_points.h"

namespace boundscope {

class StopProbes {
 public:
  explicit StopProbes(KernelProbes& kernel) : kernel_(&kernel) {}

  // Attaches to the places of one process. A few processes of a file are probed one by one; where
  // there are more (workers), the file is, for all of them: other programs that run it pass the
  // probes as well then, and are left alone there.
  Result<> watch(pid_t pid, const PausePoints& points);
  bool watches(pid_t pid) const;
  void forget(pid_t pid);
  // As if there were no probe for it; returns who shares its probes and is not watched any more
  // either, itself included.
  std::vector<pid_t> give_up(pid_t pid);

 private:
  using File = std::pair<dev_t, ino_t>;
  // What a stop begins with goes first: one that is seen to begin is seen to end.
  struct Links {
    std::vector<BpfLink> ends, begins;  // members are destroyed from the last to the first
  };
  struct Places {
    std::map<pid_t, Links> by_process;
    std::optional<Links> everywhere;
    std::set<pid_t> users;
  };
  Result<> attach(PausePoint::Kind kind, pid_t pid, const PausePoints& points, Links& links);
  Result<> attach(pid_t pid, const PausePoints& points, Links& links);
  Result<> widen(Places& places, const PausePoints& points);

  KernelProbes* kernel_;
  std::map<File, Places> files_;
};

}  // namespace boundscope
