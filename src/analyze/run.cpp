#include "analyze/run.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "analyze/change_points.h"
#include "analyze/table.h"
#include "analyze/thresholds.h"

namespace boundscope {
namespace {

constexpr double kNsPerS = 1e9;

// What is watched for a change, per merged group of observed windows.
struct Level {
  std::size_t first_window = 0;
  double observed_ns = 0;
  double finished = 0;
  double cpu_ns = 0;
  double latency_ns = 0;
};

std::vector<Level> levels_of(const Recording& recording) {
  std::size_t observed = 0;
  for (const Window& window : recording.windows) observed += window.observed_ns > 0;
  const std::size_t merge = (observed + kMaxRows - 1) / kMaxRows;
  std::vector<Level> levels;
  std::size_t in_group = 0;
  for (std::size_t i = 0; i < recording.windows.size(); ++i) {
    const Window& window = recording.windows[i];
    if (window.observed_ns == 0) continue;
    if (in_group == 0) levels.push_back({.first_window = i});
    in_group = (in_group + 1) % merge;
    Level& level = levels.back();
    level.observed_ns += static_cast<double>(window.observed_ns);
    for (const ProcessWindow& process : window.processes) {
      level.finished += static_cast<double>(process.requests.finished);
      level.latency_ns += static_cast<double>(process.requests.latency_ns);
      level.cpu_ns += static_cast<double>(process.on_cpu_ns);
    }
  }
  return levels;
}

// Logarithms of rate, CPU use and latency; a series with hardly any events says nothing and is left
// out.
Table series_of(const std::vector<Level>& levels) {
  constexpr double kEventsPerLevel = 5;
  constexpr double kCores = 0.02;
  double finished = 0;
  double cpu_ns = 0;
  double observed_ns = 0;
  for (const Level& level : levels) {
    finished += level.finished;
    cpu_ns += level.cpu_ns;
    observed_ns += level.observed_ns;
  }
  const bool with_requests = finished >= kEventsPerLevel * static_cast<double>(levels.size());
  const bool with_cpu = cpu_ns >= kCores * observed_ns;
  Table series(levels.size(), (with_requests ? 2u : 0u) + (with_cpu ? 1u : 0u));
  double latency_ns = 1;
  for (std::size_t row = 0; row < levels.size(); ++row) {
    const Level& level = levels[row];
    std::size_t column = 0;
    if (level.finished > 0) latency_ns = std::max(1.0, level.latency_ns / level.finished);
    if (with_requests) {
      series.at(row, column++) = std::log((level.finished + 0.5) / level.observed_ns);
      series.at(row, column++) = std::log(latency_ns);
    }
    if (with_cpu) series.at(row, column) = std::log(level.cpu_ns / level.observed_ns + 1e-3);
  }
  return series;
}

// First window of the last stable segment; 0 if nothing changed.
std::size_t stable_since(const Recording& recording) {
  const std::vector<Level> levels = levels_of(recording);
  if (levels.size() < kMinRowsForChangePoints) return 0;
  const double total_ns =
      static_cast<double>(recording.windows.back().start_ns + recording.windows.back().duration_ns -
                          recording.windows.front().start_ns);
  const double level_s = total_ns / static_cast<double>(levels.size()) / kNsPerS;
  if (!(level_s > 0)) return 0;
  const std::size_t min_segment = static_cast<std::size_t>(std::ceil(kMinSegmentS / level_s));
  const std::vector<std::size_t> changes = change_points(series_of(levels), min_segment);
  return changes.empty() ? 0 : levels[changes.back()].first_window;
}

void add_windows(Run& run, const Recording& recording, std::size_t first) {
  const std::size_t count = recording.windows.size() - first;
  const std::size_t merge = std::max<std::size_t>(1, (count + kMaxRows - 1) / kMaxRows);
  std::set<std::size_t> observed_rows;
  for (std::size_t i = 0; i < count; ++i) {
    const Window& window = recording.windows[first + i];
    run.windows.push_back(&window);
    run.row.push_back(i / merge);
    run.duration_ns += static_cast<double>(window.duration_ns);
    run.observed_ns += static_cast<double>(window.observed_ns);
    if (window.observed_ns > 0) observed_rows.insert(i / merge);
  }
  run.rows = (count + merge - 1) / merge;
  run.observed_rows = observed_rows.size();
}

}  // namespace

Run select_run(const Recording& recording) {
  Run run;
  run.recording = &recording;
  for (const TargetProcess& process : recording.processes) run.processes[process.pid] = &process;
  if (recording.windows.empty()) return run;

  std::size_t first = stable_since(recording);
  if (first > 0) {
    const Window& last = recording.windows.back();
    const double stable_s =
        static_cast<double>(last.start_ns + last.duration_ns - recording.windows[first].start_ns) /
        kNsPerS;
    run.stable_s = stable_s;
    run.non_stationary = stable_s < kMinLastSegmentS;
    if (run.non_stationary) first = 0;
  }
  add_windows(run, recording, first);
  return run;
}

}  // namespace boundscope
