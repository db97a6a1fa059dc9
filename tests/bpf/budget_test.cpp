// What measuring costs the target is kept within the budget by looking away part of the time.
#include <doctest/doctest.h>

#include <algorithm>

#include "measurement.h"
#include "program.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

double share(std::uint64_t part, std::uint64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

Recording measure_ping_pong(double budget_share, double duration_s) {
  Program program("ping_pong", {"20000"});
  program.go();
  CollectOptions options;
  options.budget_share = budget_share;
  options.duration_s = duration_s;
  Measurement measurement({program.pid()}, options);
  return measurement.wait();
}

}  // namespace

TEST_CASE("collect: without a budget everything is observed") {
  const Recording recording = measure_ping_pong(1, 2);

  CHECK(recording.end == RecordingEnd::complete);
  // The first window pays for settling.
  Recording settled = recording;
  settled.windows.erase(settled.windows.begin());
  CHECK(share(observed_ns(settled), duration_ns(settled)) >= 0.9);
  CHECK(cost_totals(recording).switches > 10'000);
}

TEST_CASE("collect: a high rate of switches is observed in slices, so that the budget holds") {
  constexpr double kBudget = 0.01;
  const Recording recording = measure_ping_pong(kBudget, 8);

  CHECK(recording.end == RecordingEnd::complete);
  CHECK(share(observed_ns(recording), duration_ns(recording)) <= 0.35);
  CHECK(observed_ns(recording) > 0);
  // The first window is the price of finding out; the plan holds from then on.
  double cost_ns = 0;
  double cpu_ns = 0;
  double duration_s = 0;
  for (std::size_t i = 1; i < recording.windows.size(); ++i) {
    cost_ns += static_cast<double>(recording.windows[i].cost.events_on_target_ns);
    cpu_ns += static_cast<double>(recording.windows[i].host.cpu_ns.value_or(0));
    duration_s += 1e-9 * static_cast<double>(recording.windows[i].duration_ns);
  }
  REQUIRE(cpu_ns > 0);
  // Below half a percent of one CPU nothing is held back. A slice that oversleeps is longer than
  // planned; without slices it would be twenty times as much.
  constexpr double kNegligibleNsPerS = 5e6;
  CHECK(cost_ns <= 4 * std::max(kBudget * cpu_ns, kNegligibleNsPerS * duration_s));
}

TEST_CASE("collect: a short measurement within the budget still has windows to look at") {
  const Recording recording = measure_ping_pong(0.01, 2);

  const auto observed = std::count_if(recording.windows.begin(), recording.windows.end(),
                                      [](const Window& window) { return window.observed_ns > 0; });
  CHECK(observed >= 1);
  CHECK(process_totals(recording).on_cpu_ns > 0);
}
