#include "collect/budget.h"

#include <algorithm>

namespace boundscope {
namespace {

constexpr double kShortestSlice = 0.05;  // below this, attaching costs more than observing
constexpr double kLongestWindow = 5;     // CPU samples and /proc need not wait longer
constexpr double kSliceLatencies = 50;   // a slice should see that many requests come and go
constexpr double kFewestSlices = 8;
// A service that hardly uses the CPU has hardly any events: below this it is not worth looking
// away.
constexpr double kNegligibleNsPerS = 5e6;    // 0.5 % of one CPU
constexpr std::uint64_t kFewestEvents = 50;  // to learn a cost from

double events_of_others(const ProgramRuns& runs, std::uint64_t target_events) {
  return std::max(0.0, static_cast<double>(runs.runs) - static_cast<double>(target_events));
}

// The share of time in which what costs `cost` while attached stays within its budget.
double affordable_share(double cost_ns_per_s, double budget_share, double cpu_ns_per_s) {
  const double allowed = std::max(budget_share * cpu_ns_per_s, kNegligibleNsPerS);
  return cost_ns_per_s <= allowed ? 1 : std::max(allowed / cost_ns_per_s, 1e-4);
}

}  // namespace

EventCosts calibrate(const std::array<ProgramRuns, kEventKinds>& runs,
                     const std::array<std::uint64_t, kEventKinds>& target_events) {
  EventCosts costs;
  for (std::size_t i = 0; i < kEventKinds; ++i) {
    if (target_events[i] < kFewestEvents || runs[i].runs == 0) continue;
    const auto events = static_cast<double>(target_events[i]);
    const double others = events_of_others(runs[i], target_events[i]);
    const double spent = static_cast<double>(runs[i].ns) - others * kFilterNs;
    costs.ns[i] = std::max(spent / events, kFilterNs) + kDispatchNs;
  }
  return costs;
}

double cost_of_others_ns(const std::array<ProgramRuns, kEventKinds>& runs,
                         const std::array<std::uint64_t, kEventKinds>& target_events) {
  double events = 0;
  for (std::size_t i = 0; i < kEventKinds; ++i)
    events += events_of_others(runs[i], target_events[i]);
  return events * kFilterNs;
}

WindowPlan plan_window(const ObservedRates& rates, double budget_share,
                       const WindowLengths& lengths, double remaining_s) {
  const double whole_s = std::min(lengths.observed_s, remaining_s);
  const WindowPlan all{whole_s, whole_s};
  const double duty =
      std::min(affordable_share(rates.cost_ns_per_s, budget_share, rates.cpu_ns_per_s),
               affordable_share(rates.others_ns_per_s, budget_share, rates.host_busy_ns_per_s));
  if (budget_share >= 1 || duty >= 1) return all;

  const double for_latency = kSliceLatencies * rates.mean_latency_s;
  const double for_slices = remaining_s * duty / kFewestSlices - rates.unobserved_s;
  double slice = std::max(duty * lengths.sliced_s - rates.unobserved_s, kShortestSlice);
  if (slice < for_latency) slice = std::min(for_latency, std::max(slice, for_slices));
  WindowPlan plan;
  plan.window_s = std::max(lengths.sliced_s, (slice + rates.unobserved_s) / duty);
  if (plan.window_s > kLongestWindow) {
    slice = std::max(kLongestWindow * duty - rates.unobserved_s, kShortestSlice / 2);
    plan.window_s = std::max(kLongestWindow, (slice + rates.unobserved_s) / duty);
  }
  plan.window_s = std::min(plan.window_s, remaining_s);
  plan.observed_s = std::min(slice, plan.window_s);
  return plan;
}

}  // namespace boundscope
