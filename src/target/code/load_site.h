// Whether a sampled place in the code is one where the core waited for a load, and how often it
// would be found there if no load ever missed the nearest cache.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "target/code/retirement.h"

namespace boundscope {

struct LoadSite {
  bool after_load = false;  // the instruction before it reads memory
  double expected = 0;      // share of the time right after loads in the code around, all hitting
  // Hits and misses look alike: the code does hardly anything but load.
  bool is_unclear() const { return expected > kUnclear; }
  static constexpr double kUnclear = 0.7;
};

// What is looked at of the code around a place: bytes before and after it.
inline constexpr std::size_t kCodeBefore = 192;
inline constexpr std::size_t kCodeAfter = 128;

// `bytes` around the place as in code_around(). Empty: the bytes are no code that can be told.
std::optional<LoadSite> load_site(std::string_view bytes, std::size_t place, const Core& core);

}  // namespace boundscope
