// The Go runtime's histograms of durations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace boundscope {

// How they divide time (runtime/histogram.go).
enum class GoHistogramKind {
  fine,    // Go 1.19: 45 octaves of 16 buckets
  coarse,  // since 1.20: 40 octaves of 4 buckets
};

constexpr std::size_t histogram_buckets(GoHistogramKind kind) {
  return kind == GoHistogramKind::fine ? 45 * 16 : 40 * 4;
}
// Below and above the buckets are one counter each; 1.19 has none above.
constexpr std::size_t histogram_bytes(GoHistogramKind kind) {
  return (histogram_buckets(kind) + (kind == GoHistogramKind::fine ? 1 : 2)) *
         sizeof(std::uint64_t);
}

// Bucket i covers [lower(i), lower(i + 1)) nanoseconds.
std::uint64_t histogram_lower_ns(GoHistogramKind kind, std::size_t bucket);

struct DurationCounts {
  GoHistogramKind kind = GoHistogramKind::coarse;
  std::vector<std::uint64_t> buckets;

  std::uint64_t count() const;
  std::uint64_t sum_ns() const;  // estimate: every duration is the middle of its bucket
  // Upper end of the highest bucket that has more than in `before`; empty if none has.
  std::optional<std::uint64_t> longest_since(const DurationCounts& before) const;
};

// Empty if there are too few bytes.
std::optional<DurationCounts> parse_histogram(GoHistogramKind kind, std::string_view bytes);

}  // namespace boundscope
