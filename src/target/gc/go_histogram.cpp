#include "target/gc/go_histogram.h"

#include <cstring>
#include <numeric>

namespace boundscope {

std::uint64_t histogram_lower_ns(GoHistogramKind kind, std::size_t bucket) {
  // The first octave is linear from 0; its width is that of the second.
  const unsigned sub_bits = kind == GoHistogramKind::fine ? 4 : 2;
  const unsigned first_bit = kind == GoHistogramKind::fine ? 4 : 8;  // where the second begins
  const std::uint64_t subs = 1ull << sub_bits;
  const std::uint64_t octave = bucket / subs;
  const std::uint64_t sub = bucket % subs;
  if (octave == 0) return sub << (first_bit - sub_bits);
  return (subs + sub) << (first_bit - sub_bits + octave - 1);
}

std::uint64_t DurationCounts::count() const {
  return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
}

std::uint64_t DurationCounts::sum_ns() const {
  double sum = 0;
  for (std::size_t i = 0; i < buckets.size(); ++i) {
    const auto middle = static_cast<double>(histogram_lower_ns(kind, i)) / 2 +
                        static_cast<double>(histogram_lower_ns(kind, i + 1)) / 2;
    sum += static_cast<double>(buckets[i]) * middle;
  }
  constexpr double kMost = 9e18;  // what is larger was never a duration
  return static_cast<std::uint64_t>(sum < kMost ? sum : kMost);
}

std::optional<std::uint64_t> DurationCounts::longest_since(const DurationCounts& before) const {
  for (std::size_t i = buckets.size(); i-- > 0;) {
    const std::uint64_t old = i < before.buckets.size() ? before.buckets[i] : 0;
    if (buckets[i] > old) return histogram_lower_ns(kind, i + 1);
  }
  return std::nullopt;
}

std::optional<DurationCounts> parse_histogram(GoHistogramKind kind, std::string_view bytes) {
  if (bytes.size() < histogram_bytes(kind)) return std::nullopt;
  DurationCounts counts{.kind = kind,
                        .buckets = std::vector<std::uint64_t>(histogram_buckets(kind))};
  std::memcpy(counts.buckets.data(), bytes.data(), counts.buckets.size() * sizeof(std::uint64_t));
  return counts;
}

}  // namespace boundscope
