#include "measurement.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <numeric>
#include <string>

namespace boundscope::test {

CollectOptions watch_everything() {
  CollectOptions options;
  options.duration_s = 60;
  options.window_s = 0.25;
  options.budget_share = 1;
  return options;
}

Result<> CountingSink::on_window(const Window& window) {
  const std::lock_guard lock(mutex_);
  ++windows_;
  changed_.notify_all();
  return RecordingBuilder::on_window(window);
}

void CountingSink::wait_for_windows(std::size_t count) {
  std::unique_lock lock(mutex_);
  const std::size_t wanted = windows_ + count;
  changed_.wait(lock, [&] { return over_ || windows_ >= wanted; });
}

void CountingSink::give_up() {
  const std::lock_guard lock(mutex_);
  over_ = true;
  changed_.notify_all();
}

Measurement::Measurement(const std::vector<pid_t>& pids, const CollectOptions& options)
    : options_(options) {
  TargetSelector selector;
  selector.pids = pids;
  auto target = resolve_target(selector);
  REQUIRE_MESSAGE(target, target.error().message);
  target_ = *std::move(target);
  thread_ = std::thread([this] { run(); });
  // What happens in the second window may still count as unsettled, on a busy machine.
  sink_.wait_for_windows(options.budget_share >= 1 ? 2 : 1);
}

Measurement::~Measurement() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
}

void Measurement::run() {
  auto recorded = record(target_, options_, sink_, stop_);
  if (!recorded) error_ = recorded.error();
  sink_.give_up();
}

void Measurement::wait_for_windows(std::size_t count) { sink_.wait_for_windows(count); }

const Recording& Measurement::stop() {
  // The next window may have been read already; the one after it holds all that has happened.
  sink_.wait_for_windows(2);
  stop_ = true;
  return wait();
}

const Recording& Measurement::wait() {
  thread_.join();
  REQUIRE_MESSAGE(!error_, error_->message);
  check_invariants(sink_.recording());
  return sink_.recording();
}

std::uint64_t sum(const std::array<std::uint64_t, kWaitClasses>& blocked_ns) {
  return std::accumulate(blocked_ns.begin(), blocked_ns.end(), std::uint64_t{0});
}

double uncharged_ms() {
  std::ifstream stat("/proc/stat");
  std::string cpu;
  std::array<double, 8> ticks{};  // user nice system idle iowait irq softirq steal
  stat >> cpu;
  for (double& tick : ticks) stat >> tick;
  REQUIRE(stat);
  return (ticks[5] + ticks[6] + ticks[7]) * 1e3 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace boundscope::test
