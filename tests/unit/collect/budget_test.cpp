// What the plan of a window promises: the budget holds, and there is always something to look at.
#include "collect/budget.h"

#include <doctest/doctest.h>

#include <cstddef>

using namespace boundscope;

namespace {

constexpr double kBudget = 0.01;
constexpr double kWindowS = 1;
constexpr WindowLengths kLengths{kWindowS, kWindowS};
constexpr double kMuchTimeS = 60;

// A target that keeps one CPU busy, and whose events would cost that share of it.
ObservedRates costing(double share_of_cpu) {
  ObservedRates rates;
  rates.cpu_ns_per_s = 1e9;
  rates.cost_ns_per_s = share_of_cpu * 1e9;
  return rates;
}

double cost_share(const WindowPlan& plan, const ObservedRates& rates) {
  return rates.cost_ns_per_s * plan.observed_s / plan.window_s / rates.cpu_ns_per_s;
}

}  // namespace

TEST_CASE("budget: what costs less than the budget is observed all the time") {
  const WindowPlan plan = plan_window(costing(0.009), kBudget, kLengths, kMuchTimeS);

  CHECK(plan.window_s == kWindowS);
  CHECK(plan.observed_s == plan.window_s);
}

TEST_CASE("budget: a budget of one switches it off") {
  const WindowPlan plan = plan_window(costing(0.9), 1, kLengths, kMuchTimeS);

  CHECK(plan.observed_s == plan.window_s);
}

TEST_CASE("budget: a target that hardly runs is observed all the time") {
  ObservedRates rates;
  rates.cpu_ns_per_s = 1e6;
  rates.cost_ns_per_s = 1e6;

  const WindowPlan plan = plan_window(rates, kBudget, kLengths, kMuchTimeS);

  CHECK(plan.observed_s == plan.window_s);
}

TEST_CASE("budget: what costs more is observed in slices, so that on average it holds") {
  for (const double share : {0.011, 0.02, 0.05, 0.1, 0.2}) {
    CAPTURE(share);
    const ObservedRates rates = costing(share);

    const WindowPlan plan = plan_window(rates, kBudget, kLengths, kMuchTimeS);

    CHECK(plan.observed_s < plan.window_s);
    CHECK(plan.observed_s > 0);
    CHECK(cost_share(plan, rates) <= kBudget * 1.01);
  }
}

TEST_CASE("budget: longer windows leave more of what may be spent for observing") {
  ObservedRates rates = costing(0.1);
  rates.unobserved_s = 0.03;

  const WindowPlan plan = plan_window(rates, kBudget, kLengths, kMuchTimeS);
  const WindowPlan longer = plan_window(rates, kBudget, {kWindowS, 2 * kWindowS}, kMuchTimeS);

  CHECK(longer.window_s == 2 * kWindowS);
  CHECK(longer.observed_s / longer.window_s > 1.1 * plan.observed_s / plan.window_s);
  CHECK(cost_share(longer, rates) <= kBudget * 1.01);
}

TEST_CASE("budget: slices are long enough for slow requests, and the budget still holds") {
  ObservedRates rates = costing(0.05);
  const double without_requests = plan_window(rates, kBudget, kLengths, kMuchTimeS).observed_s;
  rates.mean_latency_s = 0.025;

  const WindowPlan plan = plan_window(rates, kBudget, kLengths, kMuchTimeS);

  CHECK(plan.observed_s > without_requests);
  CHECK(cost_share(plan, rates) <= kBudget * 1.01);
}

TEST_CASE("budget: no plan is longer than the time that is left") {
  for (const double share : {0.001, 0.02, 0.5}) {
    CAPTURE(share);
    const WindowPlan plan = plan_window(costing(share), kBudget, kLengths, 0.3);

    CHECK(plan.window_s <= 0.3);
    CHECK(plan.observed_s <= plan.window_s);
    CHECK(plan.observed_s > 0);
  }
}

TEST_CASE("budget: an event costs what its program spent on it, and the way there") {
  std::array<ProgramRuns, kEventKinds> runs{};
  runs[0] = {1000, 1000 * 300};
  const std::array<std::uint64_t, kEventKinds> events{1000, 0, 0, 0};

  const EventCosts costs = calibrate(runs, events);

  CHECK(costs.ns[0] == doctest::Approx(300 + kDispatchNs));
}

TEST_CASE("budget: runs for others are taken off before the target's events are priced") {
  std::array<ProgramRuns, kEventKinds> runs{};
  runs[0].runs = 5000;
  runs[0].ns = 1000 * 300 + 4000 * static_cast<std::uint64_t>(kFilterNs);
  const std::array<std::uint64_t, kEventKinds> events{1000, 0, 0, 0};

  const EventCosts costs = calibrate(runs, events);

  CHECK(costs.ns[0] == doctest::Approx(300 + kDispatchNs));
}

TEST_CASE("budget: an event that was not seen keeps its default price") {
  const EventCosts costs = calibrate({}, {});

  for (std::size_t i = 0; i < kEventKinds; ++i) CHECK(costs.ns[i] == EventCosts{}.ns[i]);
}

TEST_CASE("budget: no event is cheaper than looking at it and passing on") {
  std::array<ProgramRuns, kEventKinds> runs{};
  runs[0] = {100'000, 1000};
  const std::array<std::uint64_t, kEventKinds> events{10, 0, 0, 0};

  CHECK(calibrate(runs, events).ns[0] >= kFilterNs + kDispatchNs);
}
