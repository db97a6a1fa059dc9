// Keeps what the event probes cost the target within its budget (docs/overhead.md).
//
// The cost of one event is measured on this host at the start, by the kernel's own accounting of
// BPF programs; the rate of events is counted all the time. When their product would exceed the
// budget, the probes are attached only for a part of each window, so that on average it holds. The
// events of everybody else pass through the probes as well: what that costs the host is held to the
// same share of what the host's CPUs do.
#pragma once

#include <array>
#include <cstdint>

#include "collect/kernel_probes.h"

namespace boundscope {

// What the kernel does around a program: the tracepoint's call and the trampoline. Measured as 55
// to 80 ns for a pair of empty programs at a context switch and its wake-up (docs/overhead.md).
inline constexpr double kDispatchNs = 35;
// A program that finds that the event is not the target's.
inline constexpr double kFilterNs = 40;

struct EventCosts {
  // Nanoseconds per event of the target, by EventKind, dispatch included. The defaults are for
  // kernels that do not account for programs.
  std::array<double, kEventKinds> ns = {350, 250, 300, 300};
};

// Costs from what ran in the calibration and how many of the events were the target's. A kind of
// which there were only a few keeps its default: cold caches would make it look dear.
EventCosts calibrate(const std::array<ProgramRuns, kEventKinds>& runs,
                     const std::array<std::uint64_t, kEventKinds>& target_events);

// What the events of others cost in the calibration.
double cost_of_others_ns(const std::array<ProgramRuns, kEventKinds>& runs,
                         const std::array<std::uint64_t, kEventKinds>& target_events);

// How the coming window is spent.
struct WindowPlan {
  double window_s = 1;
  double observed_s = 1;  // equal to window_s: attached all the time
};

// Observed time and what was seen in it.
struct ObservedRates {
  double cost_ns_per_s = 0;       // of target events, while attached
  double cpu_ns_per_s = 0;        // of the target
  double mean_latency_s = 0;      // 0: no requests
  double others_ns_per_s = 0;     // cost of the events of others, while attached
  double host_busy_ns_per_s = 0;  // of all CPUs
  // Per slice: attached but not observed, while probes are attached, settle and are detached.
  double unobserved_s = 0;
};

// How long windows are meant to be. To attach costs as much for a short slice as for a long one, so
// that windows of which only a slice is observed are longer.
struct WindowLengths {
  double observed_s = 1;  // all of it observed
  double sliced_s = 1;
};

// `remaining_s`: of the measurement. The plan leaves some slices in it where it can (one for each
// batch mean) and makes slices long enough for the requests seen, but never breaks the budget for
// that. Only where no slice at all would fit in what remains there is one nevertheless.
WindowPlan plan_window(const ObservedRates& rates, double budget_share,
                       const WindowLengths& lengths, double remaining_s);

}  // namespace boundscope
