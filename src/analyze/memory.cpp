#include "analyze/memory.h"

#include "analyze/intervals.h"
#include "analyze/thresholds.h"

namespace boundscope {
namespace {

constexpr double kNsPerS = 1e9;
// All pairs of these are looked at.
constexpr std::size_t kMaxPoints = kMaxRows;

void set_rss(MemorySummary& memory, const Run& run) {
  const std::size_t stride = (run.windows.size() + kMaxPoints - 1) / kMaxPoints;
  std::vector<double> times;
  std::vector<double> levels;
  for (std::size_t i = 0; i < run.windows.size(); ++i) {
    const Window& window = *run.windows[i];
    if (!window.host.rss_bytes) continue;
    memory.rss_bytes = static_cast<double>(*window.host.rss_bytes);
    if (i % stride != 0) continue;
    times.push_back(static_cast<double>(window.start_ns + window.duration_ns) / kNsPerS);
    levels.push_back(*memory.rss_bytes);
  }
  if (times.size() >= 3) memory.rss_slope_bytes_per_s = theil_sen_slope(times, levels);
}

}  // namespace

double theil_sen_slope(const std::vector<double>& x, const std::vector<double>& y) {
  std::vector<double> slopes;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = i + 1; j < x.size(); ++j) {
      if (x[j] > x[i]) slopes.push_back((y[j] - y[i]) / (x[j] - x[i]));
    }
  }
  return quantile(std::move(slopes), 0.5);
}

MemorySummary memory_of(const Run& run, const Facts& facts, const Threads& threads) {
  MemorySummary memory;
  const auto& limit = run.recording->header.memory_limit_bytes;
  if (limit) memory.limit_bytes = static_cast<double>(*limit);
  set_rss(memory, run);

  double major_faults = 0, faults_ns = 0;
  bool pressure_known = false;
  for (const Window* window : run.windows) {
    if (window->host.major_faults) {
      major_faults += static_cast<double>(*window->host.major_faults);
      faults_ns += static_cast<double>(window->duration_ns);
    }
    pressure_known = pressure_known || window->host.pressure_memory_full_ns.has_value();
  }
  if (faults_ns > 0) memory.major_faults_per_s = major_faults / (faults_ns / kNsPerS);
  if (pressure_known) memory.pressure_full_share = facts.memory_pressure;

  double waiting = 0, all = 0;
  for (const pid_t tid : threads.working) {
    const ThreadSums& thread = threads.all.at(tid);
    waiting += thread.blocked_ns[static_cast<std::size_t>(WaitClass::memory)];
    all += thread.busy_ns();
    for (const double blocked : thread.blocked_ns) all += blocked;
  }
  if (all > 0) memory.reclaim_share = waiting / all;
  return memory;
}

}  // namespace boundscope
