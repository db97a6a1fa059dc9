// Stalls by hardware counters: short looks at the busiest threads, one group of events after the
// other (docs/stalls.md).
//
// A counter on a thread is stopped and started at each of its context switches, which costs the
// target about a microsecond each. So few threads are counted for a small part of the time, less
// the more they switch.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "boundscope/recording.h"
#include "collect/pmu_events.h"
#include "collect/pmu_group.h"

namespace boundscope {

// Mean rates of each event per cycle, put together from looks with different groups.
class PmuRates {
 public:
  explicit PmuRates(const PmuEventSet& set);
  void add(std::size_t group, const PmuCounts& counts);
  void forget();

  double cycles() const;  // counted, of all groups
  // Empty until each group has counted something.
  std::optional<double> memory_share() const;

 private:
  const PmuEventSet* set_;
  std::vector<PmuCounts> sums_;  // by group
};

// Whether the counters can be believed: virtual machines have some that stand still or count
// something else. Shares of a loop that computes and of one that waits; "" if they can.
std::string judge_counters(std::optional<double> computing, std::optional<double> waiting);

class StallCounting {
 public:
  // `set` outlives it.
  explicit StallCounting(const PmuEventSet& set) : set_(&set), rates_(set) {}

  // To be called every few milliseconds: begins and ends looks when it is time.
  void tick();
  // Adds the window's counts, and chooses the threads for the next one from it.
  void read(Window& window);

 private:
  using Clock = std::chrono::steady_clock;
  void begin_look();
  void end_look();

  const PmuEventSet* set_;
  PmuRates rates_;
  std::vector<pid_t> threads_;
  std::vector<PmuGroupCounter> open_;
  std::size_t group_ = 0;
  std::chrono::nanoseconds look_{0};  // how long one lasts; 0: none, they switch too often
  Clock::time_point until_;           // of the look, or of the pause
};

}  // namespace boundscope
