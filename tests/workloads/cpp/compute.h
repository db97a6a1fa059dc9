// CPU work whose result is used, so that no compiler removes it.
#pragma once

#include <cstdint>

namespace boundscope::workload {

// Fills, sorts and hashes small arrays; cost grows linearly with `rounds` (about 10 us each).
std::uint64_t compute(std::int64_t rounds, std::uint64_t seed);

}  // namespace boundscope::workload
