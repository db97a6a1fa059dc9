#include "analyze/memory.h"

#include <algorithm>
#include <cmath>

#include "analyze/intervals.h"
#include "analyze/thresholds.h"

namespace boundscope {
namespace {

constexpr double kNsPerS = 1e9;
constexpr double kNormal95 = 1.6449;
// All pairs of these are looked at.
constexpr std::size_t kMaxPoints = kMaxRows;

using Level = std::optional<std::uint64_t> HostWindow::*;

std::optional<double> last(const Run& run, Level level) {
  for (auto window = run.windows.rbegin(); window != run.windows.rend(); ++window) {
    if (const auto& value = (*window)->host.*level) return static_cast<double>(*value);
  }
  return std::nullopt;
}

// Sum over the windows that have the counter, and how long those are.
struct Sum {
  double value = 0;
  double ns = 0;

  std::optional<double> per_s() const {
    if (!(ns > 0)) return std::nullopt;
    return value / (ns / kNsPerS);
  }
  std::optional<double> share() const {
    if (!(ns > 0)) return std::nullopt;
    return std::min(1.0, value / ns);
  }
};

Sum sum_of(const Run& run, Level counter) {
  Sum sum;
  for (const Window* window : run.windows) {
    const auto& value = window->host.*counter;
    if (!value) continue;
    sum.value += static_cast<double>(*value);
    sum.ns += static_cast<double>(window->duration_ns);
  }
  return sum;
}

// A program that has just been started grows, too: the slope says what happened, the interval how
// sure that is, and nobody knows whether it goes on.
void set_growth(MemorySummary& memory, const Run& run) {
  const std::size_t stride = (run.windows.size() + kMaxPoints - 1) / kMaxPoints;
  std::vector<double> times;
  std::vector<double> levels;
  for (std::size_t i = 0; i < run.windows.size(); i += stride) {
    const Window& window = *run.windows[i];
    if (!window.host.rss_bytes) continue;
    times.push_back(static_cast<double>(window.start_ns + window.duration_ns) / kNsPerS);
    levels.push_back(static_cast<double>(*window.host.rss_bytes));
  }
  if (times.size() < 3) return;
  const Estimate slope = theil_sen(times, levels);
  memory.rss_slope_bytes_per_s = slope.value;
  memory.rss_slope_low = slope.low;
  memory.rss_slope_high = slope.high;

  const double grown = slope.low * (times.back() - times.front());
  if (!memory.limit_bytes || !(grown >= kGrowth * memory.rss_bytes.value_or(0)) || !(grown > 0)) {
    return;
  }
  // The kernel drops files from the page cache before it gives up.
  const double used = memory.usage_bytes ? *memory.usage_bytes - memory.page_cache_bytes.value_or(0)
                                         : memory.rss_bytes.value_or(0);
  memory.limit_reached_in_s = std::max(0.0, *memory.limit_bytes - used) / slope.value;
}

void set_levels(MemorySummary& memory, const Run& run) {
  memory.rss_bytes = last(run, &HostWindow::rss_bytes);
  memory.anonymous_bytes = last(run, &HostWindow::anonymous_bytes);
  memory.file_bytes = last(run, &HostWindow::file_bytes);
  memory.shmem_bytes = last(run, &HostWindow::shmem_bytes);
  memory.swap_bytes = last(run, &HostWindow::swap_bytes);
  memory.usage_bytes = last(run, &HostWindow::memory_usage_bytes);
  memory.page_cache_bytes = last(run, &HostWindow::page_cache_bytes);
  const auto& limit = run.recording->header.memory_limit_bytes;
  if (limit) memory.limit_bytes = static_cast<double>(*limit);
  if (const auto nearest = last(run, &HostWindow::memory_limit_bytes)) memory.limit_bytes = nearest;
}

void set_shortage(MemorySummary& memory, const Run& run, const Facts& facts) {
  memory.major_faults_per_s = sum_of(run, &HostWindow::major_faults).per_s();
  memory.refaults_per_s = sum_of(run, &HostWindow::refaults).per_s();
  memory.limit_hits_per_s = sum_of(run, &HostWindow::memory_limit_hits).per_s();
  const Sum kills = sum_of(run, &HostWindow::oom_kills);
  if (kills.ns > 0) memory.oom_kills = kills.value;
  memory.pressure_some_share = sum_of(run, &HostWindow::pressure_memory_some_ns).share();
  const bool pressure_known = sum_of(run, &HostWindow::pressure_memory_full_ns).ns > 0;
  if (!pressure_known) return;
  memory.pressure_full_share = facts.memory_pressure;
  for (const Window* window : run.windows) {
    const auto& of_cgroup = window->host.pressure_of_cgroup;
    if (of_cgroup) memory.pressure_source = *of_cgroup ? "cgroup" : "host";
  }
}

// What the working threads lose, as shares of their time.
void set_waits(MemorySummary& memory, const Run& run, const Threads& threads) {
  double reclaiming = 0, faulting = 0, all = 0;
  for (const pid_t tid : threads.working) {
    const ThreadSums& thread = threads.all.at(tid);
    reclaiming +=
        thread.freeing_ns + thread.blocked_ns[static_cast<std::size_t>(WaitClass::memory)];
    faulting += thread.blocked_ns[static_cast<std::size_t>(WaitClass::page_fault)];
    all += thread.busy_ns();
    for (const double blocked : thread.blocked_ns) all += blocked;
  }
  if (all > 0) {
    memory.reclaim_share = reclaiming / all;
    memory.fault_share = faulting / all;
  }
  double freeing = 0, on_cpu = 0;
  for (const Window* window : run.windows) {
    for (const ProcessWindow& process : window->processes) {
      freeing += static_cast<double>(process.reclaim_ns + process.compaction_ns);
      on_cpu += static_cast<double>(process.on_cpu_ns);
    }
  }
  // Where the kernel's hooks are missing there is nothing to say.
  const auto& capabilities = run.recording->header.capabilities;
  const bool seen = run.recording->header.minor >= 2 &&
                    std::none_of(capabilities.begin(), capabilities.end(), [](const auto& c) {
                      return c.name == "reclaim" && c.state == CapabilityState::absent;
                    });
  if (seen && on_cpu > 0) memory.reclaim_cpu_share = std::min(1.0, freeing / on_cpu);
}

}  // namespace

Estimate theil_sen(const std::vector<double>& x, const std::vector<double>& y) {
  std::vector<double> slopes;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = i + 1; j < x.size(); ++j) {
      if (x[j] > x[i]) slopes.push_back((y[j] - y[i]) / (x[j] - x[i]));
    }
  }
  if (slopes.empty()) return {};
  const double slope = quantile(slopes, 0.5);
  std::vector<double> residuals;
  for (std::size_t i = 0; i < x.size(); ++i) residuals.push_back(y[i] - slope * x[i]);
  double mean = 0;
  for (const double residual : residuals) mean += residual / static_cast<double>(residuals.size());
  for (double& residual : residuals) residual -= mean;
  // Ranks of the slopes between which the true one lies: Kendall's variance of their order.
  const auto n = static_cast<double>(x.size());
  const double tau = n / effective_windows(residuals);
  const double pairs = n * (n - 1) / 2;
  const double spread = kNormal95 * std::sqrt(tau * n * (n - 1) * (2 * n + 5) / 18) / pairs / 2;
  return {slope, quantile(slopes, std::max(0.0, 0.5 - spread)),
          quantile(slopes, std::min(1.0, 0.5 + spread))};
}

std::optional<double> held_bytes(const MemorySummary& memory) {
  return memory.pss_bytes && memory.processes.value_or(1) > 1 ? memory.pss_bytes : memory.rss_bytes;
}

std::optional<double> room_for_heap(const MemorySummary& memory) {
  const double heap = memory.heap_bytes.value_or(0);
  if (!memory.limit_bytes || !(heap > 0)) return std::nullopt;
  const double used = memory.usage_bytes ? *memory.usage_bytes - memory.page_cache_bytes.value_or(0)
                                         : memory.rss_bytes.value_or(0);
  return (heap + std::max(0.0, *memory.limit_bytes - used)) / heap;
}

MemorySummary memory_of(const Run& run, const Facts& facts, const Threads& threads) {
  MemorySummary memory;
  set_levels(memory, run);
  if (!run.windows.empty()) set_growth(memory, run);
  set_shortage(memory, run, facts);
  set_waits(memory, run, threads);
  return memory;
}

}  // namespace boundscope
