// How the clock's samples fall on this CPU, from two short loops of our own: one whose loads hit
// the nearest cache and one whose loads miss it.
//
// Cores differ in where an interrupt finds them, and virtual machines in what they make of it; a
// figure that rests on it has to look first.
#pragma once

#include <future>
#include <optional>

#include "boundscope/recording.h"
#include "collect/pmu_events.h"

namespace boundscope {

// Runs beside what follows: a few ten milliseconds in a thread of low priority.
class StallCalibrator {
 public:
  void start();
  struct Outcome {
    StallCalibration samples;
    const PmuEventSet* counters = nullptr;  // null: there are none that can be believed
    bool free_additions = false;            // of constants: they take no time on this core
  };
  // Once it is done; empty before, and afterwards.
  std::optional<Outcome> take();

 private:
  std::future<Outcome> running_;
};

// Samples of a loop, those right after its load, and how many loads it did in which time.
struct LoopSamples {
  double samples = 0;
  double after_load = 0;
  double loads = 0;
  double cpu_ns = 0;
};
// From samples of the two loops, or why they cannot be used.
StallCalibration judge_calibration(const LoopSamples& near, const LoopSamples& far);

}  // namespace boundscope
