#include "analyze/rewrite/queueing.h"

#include <algorithm>
#include <cmath>

namespace boundscope {

double erlang_c(std::size_t servers, double utilisation) {
  const double offered = utilisation * static_cast<double>(servers);
  double blocked = 1;  // Erlang B by its recursion
  for (std::size_t i = 1; i <= servers; ++i) {
    blocked = offered * blocked / (static_cast<double>(i) + offered * blocked);
  }
  return blocked / (1 - utilisation * (1 - blocked));
}

double held_up(double utilisation, double open) {
  return std::pow(1 / (1 - std::clamp(utilisation, 0.0, 0.99)), std::clamp(open, 0.0, 1.0));
}

MeanWait::MeanWait(std::size_t servers) {
  const std::size_t count = std::max<std::size_t>(1, servers);
  for (std::size_t i = 0; i < waits_.size(); ++i) {
    const double rho = static_cast<double>(i) / 200;
    waits_[i] = erlang_c(count, rho) / (static_cast<double>(count) * (1 - rho));
  }
}

double MeanWait::at(double utilisation) const {
  const double position = std::clamp(utilisation, 0.0, 0.99) * 200;
  const auto below = std::min(static_cast<std::size_t>(position), kSteps - 1);
  const double part = position - static_cast<double>(below);
  return waits_[below] + part * (waits_[below + 1] - waits_[below]);
}

}  // namespace boundscope
