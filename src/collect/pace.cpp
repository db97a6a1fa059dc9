#include "collect/pace.h"

#include <utility>

#include "collect/sweep.h"

namespace boundscope {

Result<> PaceMeter::mark(Time passed, KernelProbes& kernel, const ProcessSlots& slots) {
  if (!kernel.follows_requests()) return Done{};
  const auto now = Clock::now();
  const auto segments = segments_since_last(kernel, slots);
  if (!segments) return segments.error();
  const auto before = std::exchange(marked_, now);
  if (!before || passed == Time::neither) return Done{};
  const auto ns = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(now - *before).count());
  if (passed == Time::watched) {
    totals_.watched_ns += ns;
    totals_.watched_segments += *segments;
  } else {
    totals_.unwatched_ns += ns;
    totals_.unwatched_segments += *segments;
  }
  return Done{};
}

PaceTotals PaceMeter::take() { return std::exchange(totals_, {}); }

}  // namespace boundscope
