// What being watched does to a service: how fast its clients' data come in while the event probes
// are attached, and how fast between. Where the budget has them attached in slices both are there,
// in turns, under the same load.
#pragma once

#include <chrono>
#include <optional>

#include "boundscope/recording.h"
#include "boundscope/result.h"
#include "collect/kernel_probes.h"
#include "collect/process_slots.h"

namespace boundscope {

class PaceMeter {
 public:
  enum class Time { neither, watched, unwatched };

  // A time of this kind has passed since the last mark, and another one begins.
  Result<> mark(Time passed, KernelProbes& kernel, const ProcessSlots& slots);

  // What has been counted since the last call.
  PaceTotals take();

 private:
  using Clock = std::chrono::steady_clock;

  std::optional<Clock::time_point> marked_;
  PaceTotals totals_;
};

}  // namespace boundscope
