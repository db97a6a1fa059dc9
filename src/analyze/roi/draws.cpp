#include "analyze/roi/draws.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "analyze/random.h"

namespace boundscope {
namespace {

constexpr double kMaxDeviations = 2;  // of gains: far tails would claim what no prediction said

// Box and Muller, 1958.
double normal(Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
  const double z = radius * std::cos(2 * std::numbers::pi * random.uniform());
  return std::clamp(z, -kMaxDeviations, kMaxDeviations);
}

bool is_given(const Costs& costs, CostInput input) {
  const CostKey& key = kCostKeys[static_cast<std::size_t>(input)];
  return costs[input] && usable(*costs[input], key.max);
}

// Linear between neighbours, but infinite neighbours are not mixed.
double quantile_of_sorted(const std::vector<double>& sorted, double probability) {
  const double place = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double part = place - static_cast<double>(below);
  if (!std::isfinite(sorted[below]) || !std::isfinite(sorted[above]))
    return part > 0.5 ? sorted[above] : sorted[below];
  return sorted[below] + part * (sorted[above] - sorted[below]);
}

}  // namespace

bool usable(const CostRange& range, double max) {
  const bool in_order = range.low >= 0 && range.low <= range.high && range.high <= max;
  return in_order && (!range.likely || (range.low <= *range.likely && *range.likely <= range.high));
}

double value_at(const CostRange& range, double position) {
  const double width = range.high - range.low;
  if (!(width > 0)) return range.low;
  if (!range.likely) return range.low + position * width;
  const double rise = *range.likely - range.low;
  if (position * width < rise) return range.low + std::sqrt(position * width * rise);
  return range.high - std::sqrt((1 - position) * width * (range.high - *range.likely));
}

std::optional<CostRange> range_of(const Costs& costs, const CostKey& key) {
  if (is_given(costs, key.input)) return costs[key.input];
  if (key.otherwise == CostDefault::assumed) return key.fallback;
  return std::nullopt;
}

double gain_at(const Estimate& estimate, double z) {
  const double end = z < 0 ? estimate.low : estimate.high;
  const double step = std::abs(std::log(end / estimate.value)) / kTenthQuantile;
  return estimate.value * std::exp(step * z);
}

void derive(ReturnDraw& draw, const Costs& costs) {
  if (!is_given(costs, CostInput::developers)) draw[CostInput::developers] = draw[CostInput::team];
  if (!is_given(costs, CostInput::feature_value))
    draw[CostInput::feature_value] = draw[CostInput::developers] * draw[CostInput::salary] / 12;
  if (!is_given(costs, CostInput::parallel_cost))
    draw[CostInput::parallel_cost] = draw[CostInput::cloud_bill];
  // Parts of one bill.
  const double parts = draw[CostInput::bill_cpu] + draw[CostInput::bill_memory];
  if (parts > 1) {
    draw[CostInput::bill_cpu] /= parts;
    draw[CostInput::bill_memory] /= parts;
  }
  draw.given_up = draw.fate < draw[CostInput::abandoned];
}

std::vector<ReturnDraw> draw_returns(const Costs& costs, std::uint64_t seed, std::size_t count) {
  Random random(seed);
  std::vector<ReturnDraw> draws(count);
  for (ReturnDraw& draw : draws) {
    for (const CostKey& key : kCostKeys) {
      // Drawn whether or not it is used: another input that is given changes nothing else.
      const double position = random.uniform();
      const std::optional<CostRange> range = range_of(costs, key);
      draw[key.input] = range ? value_at(*range, position) : 0;
    }
    draw.speed = normal(random);
    draw.memory = normal(random);
    draw.alternative = normal(random);
    draw.effort = random.uniform();
    draw.fate = random.uniform();
    derive(draw, costs);
  }
  return draws;
}

Estimate quantiles_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {quantile_of_sorted(values, 0.5), quantile_of_sorted(values, 0.1),
          quantile_of_sorted(values, 0.9)};
}

}  // namespace boundscope
