// Draws of everything a return depends on: one row a draw, the same for every option of a service,
// so that options are compared under the same circumstances.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "boundscope/roi.h"

namespace boundscope {

inline constexpr std::size_t kReturnDraws = 10000;
inline constexpr double kTenthQuantile = 1.2815515655446004;  // of the standard normal, at 90 %

struct ReturnDraw {
  std::array<double, kCostInputs> input{};  // derived and left out ones included
  // Where in their ranges the predicted gains are, in standard deviations. What makes a language
  // fast does so for latency, tail and capacity alike: one number for the three.
  double speed = 0;
  double memory = 0;
  double alternative = 0;  // same, of all alternatives
  double effort = 0;       // in [0, 1]: where in its range the effort of an alternative is
  double fate = 0;         // in [0, 1): the rewrite is given up if below `abandoned`
  bool given_up = false;

  double operator[](CostInput which) const { return input[static_cast<std::size_t>(which)]; }
  double& operator[](CostInput which) { return input[static_cast<std::size_t>(which)]; }
};

// The value at `position` in [0, 1] of the range: uniform, or triangular if it has a likely value.
double value_at(const CostRange& range, double position);

// A range that the model can use: finite, not negative, at most `max`, low <= likely <= high.
bool usable(const CostRange& range, double max);

// The range an input is drawn from, and the number it has if it is left out or derived.
std::optional<CostRange> range_of(const Costs& costs, const CostKey& key);

// Of `estimate` (10, 50 and 90 %) at `z` standard deviations: log-normal on both sides of its
// middle.
double gain_at(const Estimate& estimate, double z);

// Fills in what is derived from other inputs and not given: docs/roi.md, "Inputs".
void derive(ReturnDraw& draw, const Costs& costs);

std::vector<ReturnDraw> draw_returns(const Costs& costs, std::uint64_t seed,
                                     std::size_t count = kReturnDraws);

// 10, 50 and 90 % of `values`; infinite ones sort as such. Precondition: not empty.
Estimate quantiles_of(std::vector<double> values);

}  // namespace boundscope
