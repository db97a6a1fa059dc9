#include "analyze/stops.h"

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "analyze/intervals.h"
#include "analyze/latency_histogram.h"
#include "analyze/random.h"
#include "analyze/thresholds.h"

namespace boundscope {
namespace {

constexpr double kNsPerMs = 1e6;
constexpr std::size_t kTailDraws = 200;
// Go counts pauses in buckets that end a quarter above where they begin, or less (1.20 and newer).
constexpr double kBucketRatio = 1.25;

double ratio_of(const LatencyHistogram& with, const LatencyHistogram& without) {
  const std::optional<double> p99 = with.quantile_ns(0.99);
  const std::optional<double> without_ns = without.quantile_ns(0.99);
  return p99 && without_ns && *without_ns > 0 ? *p99 / *without_ns : 1;
}

// What stood still, as near as possible: probes see when threads run again.
double stopped_ns(const GcTotals& gc) {
  return static_cast<double>(gc.stopped_ns.value_or(gc.pause_ns.value_or(0)));
}

// Probes of Go see stops begin and processors being restarted, not how long that takes, and stops
// for other reasons as well (docs/gc_probes.md): there the runtime's own account goes first.
bool is_told(const GcTotals& gc) {
  return gc.pauses && gc.pause_ns && (!gc.stops || gc.probes == "pclntab");
}
// The longest of one process, over any number of windows: a stop that probes saw in one may be told
// by the runtime in the next, with its cycle.
class LongestPause {
 public:
  void add(const GcTotals& gc) {
    const auto bound = static_cast<double>(gc.longest_pause_ns.value_or(0));
    if (!gc.longest_stop_ns || is_told(gc)) bound_ = std::max(bound_, bound);
    if (!gc.longest_stop_ns) return;
    const auto seen = static_cast<double>(*gc.longest_stop_ns);
    if (!is_told(gc)) {
      windows_.push_back({seen, static_cast<double>(gc.stops.value_or(0)), excess_ns(gc)});
      return;
    }
    seen_ = std::max(seen_, seen);
    pauses_ += static_cast<double>(*gc.pauses);
    restarts_ += std::max(0.0, static_cast<double>(*gc.pause_ns) - stopped_ns(gc));
  }

  // Probes of Go do not see the processors run again: what that takes in the mean comes on top. It
  // takes long where others use them; where the bucket of the longest pause lies above what was
  // seen, the end of the bucket is nearer.
  double ns() const {
    const double seen = std::max(seen_, longest_seen_ns());
    if (seen < bound_ / kBucketRatio) return bound_;
    return std::max(seen, std::min(bound_, seen + restarts_ / std::max(1.0, pauses_)));
  }

 private:
  struct SeenWindow {
    double longest_ns = 0, stops = 0;
    double excess_ns = 0;  // what probes saw of all its stops beyond what the runtime tells of them
  };

  // Of a JVM: it lets its threads go on, and is at the probe only after that. Where the CPUs are
  // busy, that may take longer than the stop. Of stops that both count.
  static double excess_ns(const GcTotals& gc) {
    if (!gc.ended_stops_ns || !gc.pause_ns || gc.pauses != gc.stops) return 0;
    return std::max(0.0,
                    static_cast<double>(*gc.ended_stops_ns) - static_cast<double>(*gc.pause_ns));
  }

  // What a window has beyond the usual excess is the longest stop's: it is the longest for that.
  double longest_seen_ns() const {
    std::vector<double> of_a_stop;
    for (const SeenWindow& window : windows_)
      if (window.stops > 0) of_a_stop.push_back(window.excess_ns / window.stops);
    const double usual = of_a_stop.empty() ? 0 : quantile(of_a_stop, 0.5);
    double longest = 0;
    for (const SeenWindow& window : windows_) {
      const double beyond = std::max(0.0, window.excess_ns - usual * (window.stops - 1));
      longest = std::max(longest, window.longest_ns - beyond);
    }
    return longest;
  }

  double seen_ = 0, bound_ = 0, restarts_ = 0, pauses_ = 0;
  std::vector<SeenWindow> windows_;
};
double longest_ns(const GcTotals& gc) {
  LongestPause longest;
  longest.add(gc);
  return longest.ns();
}
// Elsewhere the runtime's clock is read between the two probes, and what it does there besides (a
// log is written) is no part of the stop. Over any number of windows: what probes saw of a stop in
// one may be told with all of it in the next.
class PausedTime {
 public:
  void add(const GcTotals& gc) {
    if (is_told(gc) || !gc.stopped_ns) {
      only_told_ += static_cast<double>(gc.pause_ns.value_or(0));
      return;
    }
    seen_ += static_cast<double>(*gc.stopped_ns);
    told_ += static_cast<double>(gc.pause_ns.value_or(*gc.stopped_ns));
  }
  double ns() const { return only_told_ + std::min(seen_, told_); }

 private:
  double only_told_ = 0, seen_ = 0, told_ = 0;
};

double sum_ns(const std::map<pid_t, PausedTime>& processes) {
  double sum = 0;
  for (const auto& [pid, paused] : processes) sum += paused.ns();
  return sum;
}

double pauses_in(const GcTotals& gc) {
  return static_cast<double>(is_told(gc) ? *gc.pauses : gc.stops.value_or(gc.pauses.value_or(0)));
}

// Levels of one process, as last seen.
void add_levels(GcSummary& summary, const GcTotals& gc) {
  const auto add = [](std::optional<double>& sum, const std::optional<std::uint64_t>& level) {
    if (level) sum = sum.value_or(0) + static_cast<double>(*level);
  };
  add(summary.live_heap_bytes, gc.live_heap_bytes);
  add(summary.heap_bytes, gc.heap_capacity_bytes);
  add(summary.heap_goal_bytes, gc.heap_goal_bytes);
  add(summary.heap_max_bytes, gc.heap_max_bytes);
  if (summary.collector.empty()) summary.collector = gc.collector;
  if (summary.missing.empty()) summary.missing = gc.missing;
  if (summary.source.empty())
    summary.source = is_told(gc) || gc.probes.empty() ? gc.source : gc.probes;
}

bool tells_stops(const GcTotals& gc) { return gc.stops || gc.pauses || gc.pause_ns; }

// Of the time of the processes that tell.
double pause_share(const Run& run) {
  std::map<pid_t, PausedTime> processes;
  double time = 0;
  for (const Window* window : run.windows) {
    for (const GcTotals& gc : window->gc) {
      if (!tells_stops(gc)) continue;
      processes[gc.pid].add(gc);
      time += static_cast<double>(window->duration_ns);
    }
  }
  return time > 0 ? sum_ns(processes) / time : 0;
}

// By Go's own clocks, which leave out what its workers mark on processors that have nothing to do;
// samples cannot. None where other runtimes collect beside it.
std::optional<double> go_cpu_share(const Run& run) {
  double collecting = 0;
  double all = 0;
  for (const Window* window : run.windows) {
    for (const GcTotals& gc : window->gc) {
      if (run.runtime_of(gc.pid) != Runtime::go || !gc.gc_cpu_ns) return std::nullopt;
      collecting += static_cast<double>(*gc.gc_cpu_ns);
    }
    if (!window->gc.empty()) all += static_cast<double>(window->host.cpu_ns.value_or(0));
  }
  if (!(all > 0)) return std::nullopt;
  return std::min(1.0, collecting / all);
}

}  // namespace

bool collects_garbage(Runtime runtime) {
  return runtime != Runtime::native && runtime != Runtime::unknown;
}

std::map<pid_t, ProcessStops> stops_of(const Window& window) {
  std::map<pid_t, ProcessStops> all;
  if (window.duration_ns == 0) return all;
  const auto duration = static_cast<double>(window.duration_ns);
  for (const GcTotals& gc : window.gc) {
    ProcessStops& stops = all[gc.pid];
    stops.seen = gc.stops.has_value();
    stops.share = std::min(1.0, stopped_ns(gc) / duration);
    stops.mutex_wait_share = static_cast<double>(gc.mutex_wait_ns.value_or(0)) / duration;
    stops.runnable_share = static_cast<double>(gc.sched_latency_ns.value_or(0)) / duration;
  }
  return all;
}

double usual_stop_ns(const Run& run) {
  double weighted = 0, weights = 0;
  for (const Window* window : run.windows) {
    for (const GcTotals& gc : window->gc) {
      weighted += stopped_ns(gc) * longest_ns(gc);
      weights += stopped_ns(gc);
    }
  }
  return weights > 0 ? weighted / weights : 0;
}

std::string_view heap_knob(Runtime runtime) {
  switch (runtime) {
    case Runtime::go:
      return "GOGC";
    case Runtime::jvm:
      return "-Xmx";
    case Runtime::node:
      return "--max-semi-space-size";
    case Runtime::cpython:
      return "gc.set_threshold";
    case Runtime::ruby:
      return "RUBY_GC_HEAP_GROWTH_FACTOR";
    case Runtime::dotnet:
      return "DOTNET_GCgen0size";
    default:
      return {};
  }
}

bool stops_known(const Run& run) {
  return std::any_of(run.windows.begin(), run.windows.end(), [](const Window* window) {
    return std::any_of(window->gc.begin(), window->gc.end(), [](const GcTotals& gc) {
      return gc.stops.has_value() || gc.pause_ns.has_value();
    });
  });
}

std::optional<StoppedTail> stopped_tail(const Run& run, std::uint64_t seed) {
  std::vector<LatencyHistogram> with(run.rows);
  std::vector<LatencyHistogram> without(run.rows);
  LatencyHistogram all_with;
  LatencyHistogram all_without;
  for (std::size_t i = 0; i < run.windows.size(); ++i) {
    if (run.windows[i]->latencies_without_stops.empty()) continue;
    with[run.row[i]].add(run.windows[i]->latencies);
    without[run.row[i]].add(run.windows[i]->latencies_without_stops);
    all_with.add(run.windows[i]->latencies);
    all_without.add(run.windows[i]->latencies_without_stops);
  }
  if (all_with.count() < kCompletionsForP99 || run.rows == 0) return std::nullopt;
  StoppedTail tail;
  tail.p99_ns = all_with.quantile_ns(0.99).value_or(0);
  tail.p99_without_ns = all_without.quantile_ns(0.99).value_or(0);
  LatencyHistogram half = all_with;
  half.add(all_without);
  tail.p99_with_half_ns = half.quantile_ns(0.99).value_or(0);
  std::vector<double> ratios;
  Random random(seed ^ 0x7461696cULL);
  for (std::size_t draw = 0; draw < kTailDraws; ++draw) {
    LatencyHistogram drawn_with;
    LatencyHistogram drawn_without;
    for (std::size_t i = 0; i < run.rows; ++i) {
      const std::size_t row = random.below(run.rows);
      drawn_with.add(with[row]);
      drawn_without.add(without[row]);
    }
    ratios.push_back(ratio_of(drawn_with, drawn_without));
    tail.worthwhile += (ratios.back() > kWorthwhileGain ? 1.0 : 0.0) / kTailDraws;
  }
  const double value = ratio_of(all_with, all_without);
  tail.ratio = {value, std::min(value, quantile(ratios, 0.05)),
                std::max(value, quantile(ratios, 0.95))};
  return tail;
}

std::optional<GcSummary> gc_summary(const Run& run, std::optional<double> gc_cpu_share) {
  const bool any = std::any_of(run.processes.begin(), run.processes.end(), [](const auto& entry) {
    return collects_garbage(entry.second->runtime);
  });
  if (!any) return std::nullopt;
  GcSummary summary;
  summary.cpu_share = gc_cpu_share;
  if (const auto told = go_cpu_share(run)) summary.cpu_share = told;
  double pauses = 0, cycles = 0;
  bool known = false, cycles_known = false;
  const std::vector<GcTotals>* last = nullptr;  // who lives at the end
  std::map<pid_t, LongestPause> longest;
  std::map<pid_t, PausedTime> paused;
  // Events count wherever they were in the measurement; the share is of the part that the answer is
  // about.
  for (const Window& window : run.recording->windows) {
    if (!window.gc.empty()) last = &window.gc;
    for (const GcTotals& gc : window.gc) {
      if (!tells_stops(gc)) continue;
      known = true;
      pauses += pauses_in(gc);
      paused[gc.pid].add(gc);
      longest[gc.pid].add(gc);
      cycles += static_cast<double>(gc.cycles.value_or(0));
      cycles_known = cycles_known || gc.cycles.has_value();
    }
  }
  if (last != nullptr)
    for (const GcTotals& gc : *last) add_levels(summary, gc);
  if (known) {
    summary.pauses = pauses;
    summary.pause_total_ms = sum_ns(paused) / kNsPerMs;
    double longest_ns = 0;
    for (const auto& [pid, of_process] : longest)
      longest_ns = std::max(longest_ns, of_process.ns());
    summary.pause_max_ms = longest_ns / kNsPerMs;
    summary.pause_share = pause_share(run);
    summary.missing.clear();
  }
  if (cycles_known) summary.cycles = cycles;
  return summary;
}

}  // namespace boundscope
