// The longest pause of a Go program between two readings, of two bounds. Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "target/gc/go_histogram.h"
#include "target/gc/go_stats.h"

namespace boundscope {

// The ring has the sum of a cycle's stops, when the cycle ends; the histogram has single stops in
// coarse steps, at once. Both are upper bounds, and the smaller one counts. A cycle may begin
// before one reading and end after it, so its stops are looked for from before it began.
class GoLongestPause {
 public:
  // Nanoseconds. Of the cycles that ended since the last reading, or else of single stops since
  // then; empty if there was none. `single` is empty where the program's histogram is not known.
  std::optional<std::uint64_t> since_last(const GoPauses& cycles,
                                          const std::optional<DurationCounts>& single);

 private:
  std::uint64_t cycles_before_ = 0;
  DurationCounts before_;             // at the last reading
  DurationCounts before_open_cycle_;  // before what had not ended then began
};

}  // namespace boundscope
