// Standard: the random numbers behind the priors, one set a world. All languages and alternatives
// share them, so that a difference between two of them is none of chance.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "boundscope/priors.h"

namespace boundscope {

struct Standard {
  std::array<double, kPriorKinds> z{};  // standard normal, by kind
  double base_from = 0;                 // standard normal
  double idiom = 0, shared = 0;         // uniform
  bool all_cpus = false;
};

std::vector<Standard> draw_standards(std::uint64_t seed);

}  // namespace boundscope
