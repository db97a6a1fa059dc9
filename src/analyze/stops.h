// Stops: what collections cost a process in one window, and what the tail would be without them
// (docs/method.md, "Garbage collection").
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

#include "analyze/run.h"
#include "boundscope/analysis.h"
#include "boundscope/recording.h"

namespace boundscope {

// Of a process in a window.
struct ProcessStops {
  // Probes saw them: RequestTotals::stopped_ns holds what they cost the requests.
  bool seen = false;
  double share = 0;             // of the window
  double mutex_wait_share = 0;  // goroutines waiting for locks, mean number
  double runnable_share = 0;    // goroutines that were runnable and did not run, mean number
};
std::map<pid_t, ProcessStops> stops_of(const Window& window);

bool collects_garbage(Runtime runtime);

// Latency at the 99th percentile with and without the stops of the program. Empty: no stops are
// seen by probes, or there are too few requests.
struct StoppedTail {
  double p99_ns = 0;
  double p99_without_ns = 0;
  double p99_with_half_ns = 0;  // with half as many stops
  Estimate ratio;               // with to without; 90 % over resampled windows
  double worthwhile = 0;        // probability that it exceeds kWorthwhileGain
};
std::optional<StoppedTail> stopped_tail(const Run& run, std::uint64_t seed);

// Length of a stop, as what is stopped meets them: the longest ones of the windows, weighted by the
// time stopped in each. 0: none was seen.
double usual_stop_ns(const Run& run);

// What gives the runtime's collector more room, by the name its users know. Empty: nothing does.
std::string_view heap_knob(Runtime runtime);

// Whether anything told of stops, in some window.
bool stops_known(const Run& run);

// The collections of all processes. `gc_cpu_share`: of the CPU samples. Empty: none of them runs on
// a runtime that collects garbage.
std::optional<GcSummary> gc_summary(const Run& run, std::optional<double> gc_cpu_share);

}  // namespace boundscope
