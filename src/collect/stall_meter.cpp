#include "collect/stall_meter.h"

#include <algorithm>
#include <utility>

#include "target/thread_cpu.h"

namespace boundscope {
namespace {

// Of a CPU, for decoding.
constexpr double kCpuShare = 0.0015;
constexpr double kStopAt = 4;  // times that, in one window
constexpr std::uint64_t kLongestStride = 64;
constexpr double kShortestWindowNs = 2.5e8;

StallTotals& row_of(Window& window, pid_t pid) {
  const auto found = std::find_if(window.stalls.begin(), window.stalls.end(),
                                  [pid](const StallTotals& row) { return row.pid == pid; });
  if (found != window.stalls.end()) return *found;
  window.stalls.push_back({.pid = pid});
  return window.stalls.back();
}

}  // namespace

void StallMeter::read(Window& window) {
  if (const auto outcome = calibrator_.take()) {
    window.stall_calibrations.push_back(outcome->samples);
    if (outcome->samples.missing.empty()) sites_.emplace(proc_, *spaces_, outcome->core);
    if (outcome->counters != nullptr) counting_.emplace(*outcome->counters);
    told_ = true;
  } else if (!std::exchange(told_, true)) {
    StallCalibration unfinished;
    unfinished.missing = "the calibration was not over in time, as where all CPUs are busy";
    window.stall_calibrations.push_back(unfinished);
  }
  if (counting_) counting_->read(window);
  if (!sites_) return samples_.clear();
  const double began = thread_cpu_ns();
  const double budget =
      kCpuShare * std::max(kShortestWindowNs, static_cast<double>(window.duration_ns));
  double spent = 0;
  for (const Sample& sample : samples_) {
    // Those whose number the stride divides.
    const std::uint64_t chosen = (seen_ + sample.count) / stride_ - seen_ / stride_;
    seen_ += sample.count;
    if (chosen == 0) continue;
    look_at(sample, chosen, window);
    spent = thread_cpu_ns() - began;
    if (spent > kStopAt * budget) break;
  }
  samples_.clear();
  sites_->forget_memory();
  if (spent > budget) {
    stride_ = std::min(2 * stride_, kLongestStride);
  } else if (spent < budget / 4) {
    stride_ = std::max<std::uint64_t>(1, stride_ / 2);
  }
}

void StallMeter::look_at(const Sample& sample, std::uint64_t count, Window& window) {
  StallTotals& row = row_of(window, sample.pid);
  const auto site = sites_->at(sample.pid, sample.address);
  if (!site) {
    row.unread += count;
    return;
  }
  row.samples += count;
  if (site->after_load) {
    row.after_load += count;
    if (site->is_unclear) row.unclear += count;
    return;
  }
  // Per sample elsewhere, so many would be after loads if those never missed.
  if (!site->is_unclear)
    row.expected_after_load += static_cast<double>(count) * site->expected / (1 - site->expected);
}

}  // namespace boundscope
