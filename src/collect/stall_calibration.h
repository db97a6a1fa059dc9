// How the clock's samples fall on this CPU, from what its operations take and from two short loops
// of our own: one whose loads hit the nearest cache and one whose loads miss it.
//
// Cores differ in where an interrupt finds them, and virtual machines in what they make of it; a
// figure that rests on it has to look first.
#pragma once

#include <future>
#include <optional>
#include <stop_token>
#include <string>

#include "boundscope/recording.h"
#include "collect/pmu_events.h"
#include "target/code/retirement.h"

namespace boundscope {

// Runs beside what follows: 0.15 s of a thread of low priority, more on a busy host. Is given up
// with its owner.
class StallCalibrator {
 public:
  StallCalibrator() = default;
  StallCalibrator(StallCalibrator&&) noexcept = default;
  ~StallCalibrator() { no_longer_wanted_.request_stop(); }  // and running_ waits for the thread

  void start();
  struct Outcome {
    StallCalibration samples;
    const PmuEventSet* counters = nullptr;  // null: there are none that can be believed
    std::string counters_missing;           // why
    Core core;                              // what was found out about this one
  };
  // Once it is done; empty before, and afterwards.
  std::optional<Outcome> take();
  // Waits until it is done, once it was started.
  Outcome wait() { return running_.get(); }

 private:
  std::stop_source no_longer_wanted_;
  std::future<Outcome> running_;
};

// Samples of a loop in which everything waits for what is before it: a load, an addition, a
// multiplication, and further additions. And how many loads it did in which time.
struct LoopSamples {
  double samples = 0;
  double after_load = 0;
  double after_addition = 0;  // the one that follows the load
  double after_product = 0;   // the addition that follows the multiplication
  double after_others = 0;    // kOtherAdditions
  double loads = 0;
  double cpu_ns = 0;
  static constexpr double kOtherAdditions = 6;
};
// Whether the core executes a load and the operation on what was loaded as one: it is never found
// between them then.
bool joins_loads(const LoopSamples& far);
// Whether what takes several cycles can be used a cycle before it can retire: what takes one, and
// follows it, then retires along with it, and the core is never found in between.
bool retires_late(const LoopSamples& near);
// From samples of the two loops and what a load that hits takes, or why they cannot be used.
StallCalibration judge_calibration(const LoopSamples& near, const LoopSamples& far,
                                   double load_cycles);

}  // namespace boundscope
