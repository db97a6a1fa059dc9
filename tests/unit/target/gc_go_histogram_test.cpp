// The Go runtime's histograms of durations.
#include <doctest/doctest.h>

#include <cstring>
#include <string>

#include "target/gc/go_histogram.h"

using namespace boundscope;

namespace {

DurationCounts counts_with(GoHistogramKind kind, std::size_t bucket, std::uint64_t count) {
  DurationCounts counts{.kind = kind,
                        .buckets = std::vector<std::uint64_t>(histogram_buckets(kind))};
  counts.buckets[bucket] = count;
  return counts;
}

}  // namespace

TEST_CASE("gc go histogram: buckets begin where runtime/metrics says they do") {
  constexpr GoHistogramKind kCoarse = GoHistogramKind::coarse;
  const std::uint64_t kCoarseLower[] = {0, 64, 128, 192, 256, 320, 384, 448, 512, 640};
  for (std::size_t i = 0; i < 10; ++i) CHECK(histogram_lower_ns(kCoarse, i) == kCoarseLower[i]);
  constexpr GoHistogramKind kFine = GoHistogramKind::fine;
  CHECK(histogram_lower_ns(kFine, 0) == 0);
  CHECK(histogram_lower_ns(kFine, 15) == 15);
  CHECK(histogram_lower_ns(kFine, 16) == 16);
  CHECK(histogram_lower_ns(kFine, 32) == 32);
  CHECK(histogram_lower_ns(kFine, 33) == 34);
}

TEST_CASE("gc go histogram: the bounds of buckets always grow") {
  for (const GoHistogramKind kind : {GoHistogramKind::fine, GoHistogramKind::coarse}) {
    for (std::size_t i = 0; i < histogram_buckets(kind); ++i) {
      CHECK(histogram_lower_ns(kind, i) < histogram_lower_ns(kind, i + 1));
    }
  }
}

TEST_CASE("gc go histogram: durations count as the middle of their bucket") {
  const auto counts = counts_with(GoHistogramKind::coarse, 8, 10);  // 512 to 640 ns
  CHECK(counts.count() == 10);
  CHECK(counts.sum_ns() == 5760);
}

TEST_CASE("gc go histogram: the longest new duration is bounded by its bucket") {
  const auto before = counts_with(GoHistogramKind::coarse, 20, 4);
  auto now = before;
  now.buckets[8] += 1;

  CHECK(now.longest_since(before) == 640);
  CHECK_FALSE(before.longest_since(before));
}

TEST_CASE("gc go histogram: against nothing everything is new") {
  CHECK(counts_with(GoHistogramKind::coarse, 8, 1).longest_since({}) == 640);
}

TEST_CASE("gc go histogram: counts that are no counts do not overflow the sum") {
  auto counts = counts_with(GoHistogramKind::fine, 719, UINT64_MAX);
  counts.buckets[718] = UINT64_MAX;
  CHECK(counts.sum_ns() <= INT64_MAX);
}

TEST_CASE("gc go histogram: too few bytes are no histogram") {
  for (const GoHistogramKind kind : {GoHistogramKind::fine, GoHistogramKind::coarse}) {
    std::string bytes(histogram_bytes(kind), '\0');
    bytes[8] = 3;

    const auto counts = parse_histogram(kind, bytes);

    REQUIRE(counts);
    CHECK(counts->buckets[1] == 3);
    CHECK(counts->count() == 3);
    CHECK_FALSE(parse_histogram(kind, std::string_view(bytes).substr(1)));
  }
}
