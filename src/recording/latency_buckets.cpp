#include <algorithm>

#include "boundscope/recording.h"

namespace boundscope {

std::uint64_t latency_bucket_lower_ns(std::uint32_t index) {
  if (index == 0) return 0;
  const std::uint32_t step = std::min(index, kLatencyBuckets) - 1;
  const std::uint32_t octave = step / 16;
  const std::uint64_t sixteenths = 16 + step % 16;
  return sixteenths << (octave + 6);  // 1024 / 16 = 2^6
}

}  // namespace boundscope
