#include "analyze/roi/sensitivity.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace boundscope {
namespace {

constexpr std::size_t kDrawsForSensitivity = 1000;  // medians that are compared, not reported
constexpr double kSupposed = 0.25;  // an input given as one number is rarely known better [E]

using Change = std::function<void(ReturnDraw&)>;

class Swing {
 public:
  Swing(const Proposal& proposal, const ServiceToday& today, const Costs& costs,
        const std::vector<ReturnDraw>& draws)
      : proposal_(proposal), today_(today), costs_(costs), draws_(draws) {}

  double median_net(const Change& change) const {
    std::vector<double> nets;
    const std::size_t count = std::min(draws_.size(), kDrawsForSensitivity);
    for (std::size_t i = 0; i < count; ++i) {
      ReturnDraw draw = draws_[i];
      change(draw);
      derive(draw, costs_);
      nets.push_back(outcome_of(proposal_, today_, draw).net());
    }
    return quantiles_of(std::move(nets)).value;
  }

 private:
  const Proposal& proposal_;
  const ServiceToday& today_;
  const Costs& costs_;
  const std::vector<ReturnDraw>& draws_;
};

std::optional<Sensitivity> of_input(const Swing& swing, const CostKey& key, const Costs& costs) {
  const std::optional<CostRange> range = range_of(costs, key);
  if (!range) return std::nullopt;
  Sensitivity row;
  row.input = key.name;
  row.supposed = !(range->high > range->low);
  row.low = row.supposed ? range->low * (1 - kSupposed) : value_at(*range, 0.1);
  row.high =
      row.supposed ? std::min(key.max, range->high * (1 + kSupposed)) : value_at(*range, 0.9);
  row.net_low = swing.median_net([&](ReturnDraw& draw) { draw[key.input] = row.low; });
  row.net_high = swing.median_net([&](ReturnDraw& draw) { draw[key.input] = row.high; });
  return row;
}

// The range of a group of gains stands for itself: that of its first known goal.
std::optional<Sensitivity> of_gain(const Swing& swing, const char* name,
                                   const std::optional<Estimate>& gain,
                                   double ReturnDraw::*position) {
  if (!gain) return std::nullopt;
  Sensitivity row;
  row.input = name;
  row.low = gain->low;
  row.high = gain->high;
  row.net_low = swing.median_net([&](ReturnDraw& draw) { draw.*position = -kTenthQuantile; });
  row.net_high = swing.median_net([&](ReturnDraw& draw) { draw.*position = kTenthQuantile; });
  return row;
}

}  // namespace

std::vector<Sensitivity> sensitivity_of(const Proposal& proposal, const ServiceToday& today,
                                        const Costs& costs, const std::vector<ReturnDraw>& draws) {
  const Swing swing(proposal, today, costs, draws);
  std::vector<Sensitivity> rows;
  const auto add = [&](const std::optional<Sensitivity>& row) {
    if (row && row->net_low != row->net_high) rows.push_back(*row);
  };
  for (const CostKey& key : kCostKeys) add(of_input(swing, key, costs));
  const std::optional<Estimate>& speed = proposal.capacity  ? proposal.capacity
                                         : proposal.latency ? proposal.latency
                                                            : proposal.tail;
  add(of_gain(swing, "gain_speed", speed, &ReturnDraw::speed));
  add(of_gain(swing, "gain_memory", proposal.memory, &ReturnDraw::memory));
  std::stable_sort(rows.begin(), rows.end(), [](const Sensitivity& a, const Sensitivity& b) {
    return std::abs(a.net_high - a.net_low) > std::abs(b.net_high - b.net_low);
  });
  return rows;
}

}  // namespace boundscope
