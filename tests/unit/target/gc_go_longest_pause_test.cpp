// The longest pause of a Go program between readings.
#include <doctest/doctest.h>

#include <cstdint>
#include <optional>

#include "target/gc/go_longest_pause.h"

using namespace boundscope;

namespace {

constexpr std::uint64_t kUs = 1000;

// A program as its counters show it.
struct Program {
  GoPauses cycles;
  DurationCounts single{
      .kind = GoHistogramKind::coarse,
      .buckets = std::vector<std::uint64_t>(histogram_buckets(GoHistogramKind::coarse))};
  std::uint64_t open_ns = 0;

  void stops(std::uint64_t ns) {
    std::size_t bucket = 0;
    while (histogram_lower_ns(single.kind, bucket + 1) <= ns) ++bucket;
    ++single.buckets[bucket];
    open_ns += ns;
  }
  void cycle_ends() {
    cycles.ring_ns[cycles.cycles++ % cycles.ring_ns.size()] = open_ns;
    open_ns = 0;
  }
  void cycle(std::uint64_t first_ns, std::uint64_t second_ns) {
    stops(first_ns);
    stops(second_ns);
    cycle_ends();
  }
};

std::optional<std::uint64_t> read(GoLongestPause& longest, const Program& program) {
  return longest.since_last(program.cycles, program.single);
}

}  // namespace

TEST_CASE("gc go longest pause: the smaller of two bounds") {
  Program program;
  GoLongestPause longest;
  read(longest, program);

  program.cycle(1 * kUs, 100 * kUs);  // together 101; the bucket ends at 114.7
  CHECK(read(longest, program) == 101 * kUs);
  program.cycle(100 * kUs, 100 * kUs);
  const std::uint64_t bucket_ends_ns = *read(longest, program);
  CHECK(bucket_ends_ns >= 100 * kUs);
  CHECK(bucket_ends_ns <= 125 * kUs);
}

TEST_CASE("gc go longest pause: none where nothing stopped") {
  Program program;
  program.cycle(1 * kUs, 900 * kUs);  // before the first reading
  GoLongestPause longest;
  read(longest, program);

  CHECK_FALSE(read(longest, program));
  program.cycle(1 * kUs, 100 * kUs);
  CHECK(read(longest, program) == 101 * kUs);
  CHECK_FALSE(read(longest, program));
}

TEST_CASE("gc go longest pause: a cycle that a reading fell into keeps its first stop") {
  Program program;
  GoLongestPause longest;
  read(longest, program);
  program.cycle(1 * kUs, 100 * kUs);
  program.stops(3000 * kUs);
  CHECK(read(longest, program) == 101 * kUs);  // of the cycle that ended

  program.stops(50 * kUs);
  program.cycle_ends();
  program.cycle(1 * kUs, 200 * kUs);
  CHECK(read(longest, program) == 3050 * kUs);

  program.cycle(1 * kUs, 100 * kUs);
  CHECK(read(longest, program) == 101 * kUs);
}

TEST_CASE("gc go longest pause: a cycle may be longer than the time between readings") {
  Program program;
  GoLongestPause longest;
  read(longest, program);
  program.cycle(1 * kUs, 100 * kUs);
  program.stops(3000 * kUs);
  read(longest, program);

  CHECK_FALSE(read(longest, program));
  program.stops(50 * kUs);
  CHECK(*read(longest, program) <= 63 * kUs);  // by the histogram alone
  program.cycle_ends();
  CHECK(read(longest, program) == 3050 * kUs);
}

TEST_CASE("gc go longest pause: without a histogram what the cycle says") {
  Program program;
  GoLongestPause longest;
  longest.since_last(program.cycles, std::nullopt);
  program.cycle(100 * kUs, 100 * kUs);
  CHECK(longest.since_last(program.cycles, std::nullopt) == 200 * kUs);
}
