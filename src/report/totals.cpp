#include "report/totals.h"

#include <algorithm>

namespace boundscope {
namespace {

std::optional<double> ratio_of(double value, double whole) {
  if (whole <= 0) return std::nullopt;
  return value / whole;
}

// The target's CPU time by /proc where we have it: it also covers what the probes did not see.
double target_cpu_ns(const Window& window) {
  if (window.host.cpu_ns) return static_cast<double>(*window.host.cpu_ns);
  double on_cpu_ns = 0;
  for (const ProcessWindow& process : window.processes)
    on_cpu_ns += static_cast<double>(process.on_cpu_ns);
  return on_cpu_ns;
}

}  // namespace

RecordingTotals totals_of(const Recording& recording) {
  RecordingTotals totals;
  double tool_cpu_ns = 0, switches = 0, on_target_ns = 0, target_ns = 0;
  std::uint64_t rss_bytes = 0;
  for (const Window& window : recording.windows) {
    totals.duration_s += static_cast<double>(window.duration_ns) / 1e9;
    totals.observed_s += static_cast<double>(window.observed_ns) / 1e9;
    totals.intervals += window.observed_ns > 0 ? 1 : 0;
    tool_cpu_ns += static_cast<double>(window.cost.tool_cpu_ns);
    rss_bytes = std::max(rss_bytes, window.cost.tool_rss_bytes);
    switches += static_cast<double>(window.cost.switches);
    on_target_ns += static_cast<double>(window.cost.events_on_target_ns);
    target_ns += target_cpu_ns(window);
    totals.samples += window.cost.samples;
    for (const Loss& loss : window.losses) {
      totals.lost += loss.count;
      totals.lost_what.insert(loss.what);
    }
  }
  for (const TargetProcess& process : recording.processes) totals.threads += process.threads;

  totals.tool_cpu_cores = ratio_of(tool_cpu_ns / 1e9, totals.duration_s);
  if (rss_bytes > 0) totals.tool_rss_bytes = static_cast<double>(rss_bytes);
  totals.switches_per_s = ratio_of(switches, totals.observed_s);
  totals.ns_per_switch = ratio_of(on_target_ns, switches);
  totals.on_target_share = ratio_of(on_target_ns, target_ns);
  return totals;
}

}  // namespace boundscope
