// Tables in the kernel that have no room left: what is lost is counted, and nothing else is.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "measurement.h"
#include "program.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

constexpr double kFrequency = 997;

CollectOptions with_small_tables(std::uint32_t most_entries) {
  CollectOptions options = watch_everything();
  options.frequency_hz = kFrequency;
  options.most_table_entries = most_entries;
  return options;
}

std::uint64_t lost(const Recording& recording, std::string_view what) {
  std::uint64_t count = 0;
  for (const Window& window : recording.windows)
    for (const Loss& loss : window.losses)
      if (loss.what == what) count += loss.count;
  return count;
}

}  // namespace

TEST_CASE("collect: without room for what is waited for, its name is lost and no time") {
  Program program("waits", {BOUNDSCOPE_BPF_PROGRAMS});
  Measurement measurement({program.pid()}, with_small_tables(1));
  program.go();
  program.finish();
  const Recording& recording = measurement.stop();

  CHECK(lost(recording, "waits_full") > 0);
  CHECK(lost(recording, "wait_stacks_full") > 0);
  for (const auto& [way, wait_class] :
       {std::pair{"mutex", WaitClass::lock}, std::pair{"upstream", WaitClass::upstream},
        std::pair{"poll_upstream", WaitClass::upstream}}) {
    CAPTURE(way);
    const ThreadWindow thread = thread_totals(recording, way);
    const double runnable_ms = ms(thread.preempted_ns + thread.woken_ns + thread.throttled_ns);
    const double measured_ms = program.number(std::string(way) + "_ms");
    CHECK(ms(blocked(thread, wait_class)) >= 0.5 * (measured_ms - runnable_ms));
  }
  std::size_t most_named = 0;  // in a window
  for (const Window& window : recording.windows)
    most_named = std::max(most_named, window.waits.size());
  CHECK(most_named == 1);
}

TEST_CASE("collect: without room for samples they are counted as lost, and no time") {
  Program program("spin", {"user", "1000"});
  Measurement measurement({program.pid()}, with_small_tables(1));
  program.go();
  program.finish();
  const Recording& recording = measurement.stop();

  const CostWindow cost = cost_totals(recording);
  const std::uint64_t no_sample = lost(recording, "samples_full");
  CHECK(no_sample > 0);
  CHECK(lost(recording, "stacks_full") > 0);
  const double on_cpu_ms = ms(process_totals(recording, program.pid()).on_cpu_ns);
  CHECK(on_cpu_ms >= 0.9 * program.number("cpu_ms"));
  // Each sample is here or there.
  const double all = static_cast<double>(cost.samples + no_sample);
  CHECK(all <= 1.1 * 1e-3 * kFrequency * on_cpu_ms + 5);
  CHECK(all >= 0.5 * 1e-3 * kFrequency * on_cpu_ms);
}
