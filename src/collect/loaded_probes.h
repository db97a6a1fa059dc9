// What LoadedProbes holds: the only part of a measurement that is there before its target is known.
#pragma once

#include <vector>

#include "boundscope/collector.h"
#include "collect/cpu_sampler.h"
#include "collect/kernel_probes.h"
#include "collect/stall_calibration.h"
#include "target/unique_fd.h"

namespace boundscope {

struct LoadedProbes::Parts {
  KernelProbes kernel;
  Result<CpuSampler> sampler;  // its error is a missing capability, not the end
  // The kernel's accounting of BPF programs, on while this is open. Opening it takes CAP_SYS_ADMIN;
  // without it the cost of an event is assumed, not measured.
  UniqueFd statistics;
  StallCalibrator calibrator;              // at work
  std::vector<Capability> missing_rights;  // as they were before we gave up any ourselves
};

}  // namespace boundscope
