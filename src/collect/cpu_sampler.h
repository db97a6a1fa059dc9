// A clock on every CPU that lets the kernel side take a sample. Attached for as long as it lives.
#pragma once

#include <vector>

#include "boundscope/result.h"
#include "collect/bpf_handle.h"

namespace boundscope {

class CpuSampler {
 public:
  // Errors: no privilege for perf_event_open on all CPUs.
  static Result<CpuSampler> attach(bpf_program* program, double frequency_hz);

 private:
  std::vector<BpfLink> links_;
};

}  // namespace boundscope
