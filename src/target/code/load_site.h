// Whether a sampled place in the code is one where the core waited for a load, and how often it
// would be found there if no load ever missed the nearest cache.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "target/code/retirement.h"

namespace boundscope {

struct LoadSite {
  bool after_load = false;  // what came before it reads memory
  double expected = 0;      // share of the time right after loads in the code around, all hitting
  // Hits and misses look alike: the code does hardly anything but load, or is a loop of so few
  // cycles that it hangs on the core's inner workings what a sample finds of it, or the place is
  // reached by a jump that a load decided, and that may have been predicted wrong.
  bool is_unclear = false;
};

// What is looked at of the code around a place: bytes before and after it.
inline constexpr std::size_t kCodeBefore = 192;
inline constexpr std::size_t kCodeAfter = 128;

// `bytes` around the place as in code_around(). Empty: the bytes are no code that can be told.
std::optional<LoadSite> load_site(std::string_view bytes, std::size_t place, const Core& core);

}  // namespace boundscope
