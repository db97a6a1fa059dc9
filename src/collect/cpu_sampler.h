// A clock on every CPU that lets the kernel side take a sample. Attached for as long as it lives.
#pragma once

#include <map>

#include "boundscope/result.h"
#include "collect/bpf_handle.h"

namespace boundscope {

class CpuSampler {
 public:
  // Errors: no privilege for perf_event_open on all CPUs.
  static Result<CpuSampler> attach(bpf_program* program, double frequency_hz);

  // CPUs come and go (hotplug, a virtual machine that is resized): a clock for each that is new. A
  // clock does not start again by itself when its CPU comes back.
  void follow_cpus();

 private:
  CpuSampler(bpf_program* program, double frequency_hz)
      : program_(program), frequency_hz_(frequency_hz) {}
  Result<> attach_to(int cpu);

  bpf_program* program_;
  double frequency_hz_;
  std::map<int, BpfLink> clocks_;  // by CPU
};

}  // namespace boundscope
