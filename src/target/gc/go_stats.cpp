#include "target/gc/go_stats.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

namespace boundscope {
namespace {

constexpr std::uint64_t kRing = 256;
constexpr std::uint64_t kMostBytes = 1ull << 52;    // of a heap; what is larger is none
constexpr std::uint64_t kMostPauseNs = 1ull << 54;  // half a year; 256 of them are still a number

template <class Number>
Number number_at(std::string_view bytes, std::uint64_t at) {
  Number value{};
  if (at <= bytes.size() && bytes.size() - at >= sizeof value) {
    std::memcpy(&value, bytes.data() + at, sizeof value);
  }
  return value;
}

// A collector that may use all it is given up to a limit begins when the limit, less what is no
// heap, less a reserve, is reached (runtime/mgcpacer.go, memoryLimitHeapGoal).
std::uint64_t goal_of_limit(const GcReading& heap, std::uint64_t free, std::uint64_t ready,
                            bool headroom_is_fixed) {
  constexpr std::uint64_t kLeastReserve = 1 << 20;
  const std::uint64_t limit = *heap.memory_limit_bytes;
  const std::uint64_t other = ready - free - *heap.heap_used_bytes;
  const std::uint64_t over = ready > limit ? ready - limit : 0;
  if (other + over >= limit) return *heap.live_heap_bytes;
  const std::uint64_t room = limit - other - over;
  const std::uint64_t reserve =
      headroom_is_fixed ? kLeastReserve : std::max(room / 100 * 3, kLeastReserve);
  const std::uint64_t goal = room < 2 * reserve ? reserve : room - reserve;
  return std::max(goal, *heap.live_heap_bytes);
}

}  // namespace

std::optional<std::uint64_t> GoPauses::longest_since(std::uint64_t cycles_before) const {
  if (cycles <= cycles_before || cycles - cycles_before > kRing) return std::nullopt;
  std::uint64_t longest = 0;
  for (std::uint64_t i = cycles_before; i < cycles; ++i) {
    longest = std::max(longest, ring_ns[i % kRing]);
  }
  return longest;
}

BlockState parse_go_pauses(std::string_view bytes, GoPauses& pauses) {
  constexpr std::uint64_t kTotalAt = 8;
  constexpr std::uint64_t kRingAt = 16;
  constexpr std::uint64_t kEndsAt = kRingAt + kRing * 8;
  constexpr std::uint64_t kCyclesAt = kTotalAt + kGoCyclesAfterPauses;
  if (bytes.size() < kGoPauseBlockSize) return BlockState::wrong;
  const auto last_end = number_at<std::uint64_t>(bytes, 0);
  const auto end_of = [&](std::uint64_t cycle) {
    return number_at<std::uint64_t>(bytes, kEndsAt + cycle % kRing * 8);
  };
  pauses.total_ns = number_at<std::uint64_t>(bytes, kTotalAt);
  std::memcpy(pauses.ring_ns.data(), bytes.data() + kRingAt, kRing * 8);
  pauses.cycles = number_at<std::uint32_t>(bytes, kCyclesAt);
  pauses.cpu_fraction = number_at<double>(bytes, kCyclesAt + 8);
  if (!(pauses.cpu_fraction >= 0 && pauses.cpu_fraction <= 1.5)) return BlockState::wrong;
  for (std::uint64_t unused = pauses.cycles + 1; unused < kRing; ++unused) {
    if (pauses.ring_ns[unused] != 0 || end_of(unused) != 0) return BlockState::wrong;
  }
  const auto& ring = pauses.ring_ns;
  if (*std::max_element(ring.begin(), ring.end()) > kMostPauseNs) return BlockState::wrong;
  const auto sum = std::accumulate(ring.begin(), ring.end(), std::uint64_t{0});
  const bool has_all = pauses.cycles <= kRing;
  const bool is_settled = pauses.cycles == 0 ? last_end == 0 && sum == 0 && pauses.total_ns == 0
                                             : last_end == end_of(pauses.cycles - 1);
  if (is_settled && (has_all ? sum == pauses.total_ns : sum <= pauses.total_ns)) {
    return BlockState::settled;
  }
  // The newest end is stored first, then the ring is filled, then the cycle is counted.
  const bool is_next = last_end != 0 && (last_end == end_of(pauses.cycles) ||
                                         last_end > end_of(pauses.cycles + kRing - 1));
  return is_next ? BlockState::changing : BlockState::wrong;
}

std::optional<GoCpuTimes> parse_go_cpu_times(std::string_view bytes) {
  if (bytes.size() < kGoCpuStatsSize) return std::nullopt;
  std::array<std::int64_t, 11> times{};
  std::memcpy(times.data(), bytes.data(), sizeof times);
  constexpr std::size_t kCollector = 4;
  constexpr std::size_t kTotal = 10;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 8;
  for (std::size_t i = 0; i <= kCollector; ++i) {
    if (times[i] < 0 || times[i] > kMost) return std::nullopt;
  }
  if (times[kCollector] != times[0] + times[1] + times[2] + times[3]) return std::nullopt;
  if (times[kTotal] < 0) return std::nullopt;
  return GoCpuTimes{.assist_ns = static_cast<std::uint64_t>(times[0]),
                    .dedicated_ns = static_cast<std::uint64_t>(times[1]),
                    .idle_ns = static_cast<std::uint64_t>(times[2]),
                    .pause_ns = static_cast<std::uint64_t>(times[3])};
}

bool parse_go_pacer(std::string_view bytes, const GoPacerLayout& layout, GcReading& reading) {
  if (bytes.size() < layout.size) return false;
  const auto word = [&](std::uint64_t at) { return number_at<std::uint64_t>(bytes, at); };
  const auto percent = number_at<std::int32_t>(bytes, 0);
  const std::uint64_t limit = word(kPacerMemoryLimit);
  const std::uint64_t percent_goal = word(layout.percent_goal);
  const std::uint64_t in_use = word(layout.heap_in_use);
  const std::uint64_t free = word(layout.heap_in_use + 16);
  const std::uint64_t used = word(layout.heap_in_use + 24) - word(layout.heap_in_use + 32);
  const std::uint64_t ready = word(layout.heap_in_use + 40);
  const std::uint64_t marked = word(layout.heap_marked);
  if (percent < -1 || limit > std::numeric_limits<std::int64_t>::max() || in_use > kMostBytes ||
      free > kMostBytes || used > kMostBytes || ready > kMostBytes || marked > kMostBytes ||
      free + used > ready) {
    return false;
  }
  reading.gc_percent = percent;
  reading.heap_used_bytes = used;
  reading.heap_capacity_bytes = in_use + free;
  reading.live_heap_bytes = marked;
  if (percent_goal <= kMostBytes) reading.heap_goal_bytes = percent_goal;
  if (limit == std::numeric_limits<std::int64_t>::max()) return true;
  reading.memory_limit_bytes = limit;
  const std::uint64_t goal = goal_of_limit(reading, free, ready, layout.headroom_is_fixed);
  reading.heap_goal_bytes = std::min(goal, reading.heap_goal_bytes.value_or(goal));
  return true;
}

}  // namespace boundscope
