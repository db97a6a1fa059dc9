#include "compute.h"

#include <algorithm>
#include <array>

namespace boundscope::workload {

std::uint64_t compute(std::int64_t rounds, std::uint64_t seed) {
  std::array<std::uint64_t, 256> values{};
  std::uint64_t state = seed | 1;
  std::uint64_t hash = 14695981039346656037u;
  for (std::int64_t round = 0; round < rounds; ++round) {
    for (auto& value : values) {  // xorshift64
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      value = state;
    }
    std::sort(values.begin(), values.end());
    for (const auto value : values) hash = (hash ^ value) * 1099511628211u;  // FNV-1a
  }
  return hash;
}

}  // namespace boundscope::workload
