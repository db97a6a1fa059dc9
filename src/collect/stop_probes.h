// Probes where runtimes stop their programs and let them go on (docs/gc_probes.md). Attached for as
// long as this lives.
#pragma once

#include <sys/types.h>

#include <map>
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
  void forget(pid_t pid);

 private:
  using File = std::pair<dev_t, ino_t>;
  struct Places {
    std::map<pid_t, std::vector<BpfLink>> by_process;
    std::vector<BpfLink> everywhere;
  };
  Result<std::vector<BpfLink>> attach(pid_t pid, const PausePoints& points);

  KernelProbes* kernel_;
  std::map<File, Places> files_;
};

}  // namespace boundscope
