#include "target/gc/go_longest_pause.h"

#include <algorithm>
#include <utility>

namespace boundscope {

std::optional<std::uint64_t> GoLongestPause::since_last(
    const GoPauses& cycles, const std::optional<DurationCounts>& single) {
  const bool has_ended = cycles.cycles > cycles_before_;
  const std::optional<std::uint64_t> of_cycle = cycles.longest_since(cycles_before_);
  cycles_before_ = cycles.cycles;
  std::optional<std::uint64_t> of_single;
  if (single) {
    of_single = single->longest_since(has_ended ? before_open_cycle_ : before_);
    // The next cycle begins after the one that ended since the last reading.
    if (has_ended) before_open_cycle_ = std::move(before_);
    before_ = *single;
    if (before_open_cycle_.buckets.empty()) before_open_cycle_ = before_;  // the first reading
  }
  if (of_cycle && of_single) return std::min(*of_cycle, *of_single);
  return of_cycle ? of_cycle : of_single;
}

}  // namespace boundscope
