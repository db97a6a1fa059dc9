#include <doctest/doctest.h>

#include <bit>

#include "boundscope/recording.h"

using namespace boundscope;

namespace {

// The rule of the kernel side, as the header comment states it.
std::uint32_t index_of(std::uint64_t latency_ns) {
  if (latency_ns < 1024) return 0;
  const auto exponent = static_cast<std::uint32_t>(std::bit_width(latency_ns) - 1);
  const auto sub = static_cast<std::uint32_t>((latency_ns >> (exponent - 4)) & 15);
  return std::min(1 + 16 * (exponent - 10) + sub, kLatencyBuckets - 1);
}

}  // namespace

TEST_CASE("latency buckets: the first holds everything below 1024 ns") {
  CHECK(latency_bucket_lower_ns(0) == 0);
  CHECK(latency_bucket_lower_ns(1) == 1024);
  CHECK(latency_bucket_lower_ns(2) == 1088);
  CHECK(latency_bucket_lower_ns(17) == 2048);
}

TEST_CASE("latency buckets: each begins where the index rule switches to it") {
  for (std::uint32_t i = 1; i < kLatencyBuckets; ++i) {
    const std::uint64_t lower_ns = latency_bucket_lower_ns(i);

    CHECK(index_of(lower_ns) == i);
    CHECK(index_of(lower_ns - 1) == i - 1);
  }
}

TEST_CASE("latency buckets: the last one has an end, and no index is out of range") {
  CHECK(latency_bucket_lower_ns(kLatencyBuckets) > latency_bucket_lower_ns(kLatencyBuckets - 1));
  CHECK(latency_bucket_lower_ns(0xffffffff) == latency_bucket_lower_ns(kLatencyBuckets));
}
