// Stalls of caches and memory in the verdict.
#include <doctest/doctest.h>

#include <algorithm>

#include "boundscope/analysis.h"
#include "support/recording_builder.h"

namespace boundscope::testing {
namespace {

struct Stalls {
  std::uint64_t samples = 90;
  std::uint64_t unread = 0;
  std::uint64_t after_load = 0;
  std::uint64_t unclear = 0;
  double expected = 0;
};

RecordingBuilder busy_program(Runtime runtime = Runtime::native) {
  RecordingBuilder builder;
  builder.seconds(30)
      .process(10, "batch", runtime)
      .thread(10, 10, "batch", {.on_cpu = 0.99})
      .samples(10, "batch", "batch", "work", 0.98)
      .samples(10, "batch", "[kernel]", "do_syscall_64", 0.01);
  return builder;
}

StallCalibration usable(double found_share = 1) {
  StallCalibration calibration;
  calibration.found_share = found_share;
  return calibration;
}

Analysis analysed(RecordingBuilder builder, Stalls stalls,
                  const StallCalibration& calibration = usable()) {
  builder.each_window([=](Window& window, std::size_t index) {
    if (index == 0) window.stall_calibrations.push_back(calibration);
    StallTotals totals;
    totals.pid = 10;
    totals.samples = stalls.samples;
    totals.unread = stalls.unread;
    // Some more in one window, some less in the next.
    totals.after_load = stalls.after_load + (index % 2 == 0 ? 2 : 0);
    totals.unclear = stalls.unclear;
    totals.expected_after_load = stalls.expected;
    window.stalls.push_back(totals);
  });
  return analyze(builder.build());
}

bool has_reason(const Analysis& analysis, std::string_view code) {
  return std::any_of(analysis.verdict.reasons.begin(), analysis.verdict.reasons.end(),
                     [&](const Reason& reason) { return reason.code == code; });
}

}  // namespace

TEST_CASE("analyze: a program whose cores wait for memory is memory-bound") {
  const Analysis analysis = analysed(busy_program(), {.after_load = 88, .expected = 4});

  CHECK(analysis.verdict.bound == Bound::memory);
  CHECK(analysis.verdict.cause == Cause::stall);
  CHECK(analysis.verdict.reasons.front().code == "stall_share");
  REQUIRE(analysis.memory.stall_share);
  CHECK(*analysis.memory.stall_share == doctest::Approx(85.0 / 90).epsilon(0.02));
  CHECK(*analysis.memory.stall_low < *analysis.memory.stall_share);
  CHECK(*analysis.memory.stall_high > *analysis.memory.stall_share);
  CHECK(analysis.memory.stall_source == "post_load");
}

TEST_CASE("analyze: what samples make of ordinary code decides nothing, of interpreters less") {
  const auto bound = [](Runtime runtime, std::uint64_t after_load) {
    const Analysis analysis =
        analysed(busy_program(runtime), {.after_load = after_load, .expected = 4});
    CHECK(has_reason(analysis, "stall_share"));
    return analysis.verdict.bound;
  };

  CHECK(bound(Runtime::native, 42) == Bound::cpu);
  CHECK(bound(Runtime::go, 65) == Bound::memory);
  CHECK(bound(Runtime::cpython, 55) == Bound::cpu);
  CHECK(bound(Runtime::cpython, 88) == Bound::memory);
}

TEST_CASE("analyze: loads that hit are no stalls") {
  const Analysis analysis = analysed(busy_program(), {.after_load = 30, .expected = 28});

  CHECK(analysis.verdict.bound == Bound::cpu);
  CHECK(analysis.verdict.cause == Cause::language);
  CHECK_FALSE(has_reason(analysis, "stall_share"));
  CHECK(*analysis.memory.stall_share < 0.1);
}

TEST_CASE("analyze: some stalls are a reason beside the cause") {
  const Analysis analysis = analysed(busy_program(), {.after_load = 22});

  CHECK(analysis.verdict.bound == Bound::cpu);
  CHECK(has_reason(analysis, "stall_share"));
}

TEST_CASE("analyze: a stall share is relative to what a loop that only waits shows") {
  const Analysis analysis = analysed(busy_program(), {.after_load = 35}, usable(0.5));

  CHECK(*analysis.memory.stall_share == doctest::Approx(0.8).epsilon(0.02));
}

TEST_CASE("analyze: where hits look like misses the interval says so") {
  const Analysis analysis = analysed(busy_program(), {.after_load = 85, .unclear = 80});

  CHECK(*analysis.memory.stall_low < 0.1);
  CHECK(*analysis.memory.stall_high > 0.85);
}

TEST_CASE("analyze: a reason has the same interval as the share") {
  const Analysis analysis = analysed(busy_program(), {.after_load = 40, .unclear = 30});

  const auto& reasons = analysis.verdict.reasons;
  const auto found = std::find_if(reasons.begin(), reasons.end(), [](const Reason& reason) {
    return reason.code == "stall_share";
  });
  REQUIRE(found != reasons.end());
  const double in_user_space = 0.98 / 0.99;
  CHECK(found->low == doctest::Approx(in_user_space * *analysis.memory.stall_low).epsilon(0.001));
  CHECK(found->high == doctest::Approx(in_user_space * *analysis.memory.stall_high).epsilon(0.001));
}

TEST_CASE("analyze: the last word of the calibration counts") {
  StallCalibration unfinished;
  unfinished.missing = "not over in time";
  RecordingBuilder builder = busy_program();
  builder.each_window([&](Window& window, std::size_t index) {
    if (index == 0) window.stall_calibrations.push_back(unfinished);
  });

  CHECK(analyze(builder.build()).memory.stall_missing == "not over in time");
  CHECK(analysed(builder, {.after_load = 30}).memory.stall_share.has_value());
}

TEST_CASE("analyze: without a source there is no stall share") {
  StallCalibration refused;
  refused.missing = "no clock";

  CHECK_FALSE(analyze(busy_program().build()).memory.stall_share.has_value());
  CHECK(analyze(busy_program().build()).memory.stall_source.empty());
  CHECK(analyze(busy_program().build()).memory.stall_missing == "nothing was recorded that tells");
  const Analysis analysis = analysed(busy_program(), {.samples = 0}, refused);
  CHECK_FALSE(analysis.memory.stall_share.has_value());
  CHECK(analysis.memory.stall_missing == "no clock");
}

TEST_CASE("analyze: code that mostly cannot be read carries no stall share") {
  const Analysis analysis = analysed(busy_program(), {.samples = 30, .unread = 60});

  CHECK_FALSE(analysis.memory.stall_share.has_value());
  CHECK(analysis.memory.stall_missing.starts_with("the code of"));
  CHECK(analysis.verdict.bound == Bound::cpu);
}

TEST_CASE("analyze: too few samples carry no stall share, and it is said") {
  const Analysis analysis = analysed(busy_program(), {.samples = 1, .unread = 0});

  CHECK_FALSE(analysis.memory.stall_share.has_value());
  CHECK(analysis.memory.stall_missing.find("are needed") != std::string::npos);
}

TEST_CASE("analyze: hardware counters go before samples") {
  RecordingBuilder builder = busy_program();
  builder.each_window([](Window& window, std::size_t index) {
    window.stall_counters.push_back({"intel-golden-cove", 1e9, index % 2 == 0 ? 6e8 : 6.2e8});
  });

  const Analysis analysis = analysed(builder, {.after_load = 5});

  CHECK(analysis.memory.stall_source == "pmu");
  CHECK(*analysis.memory.stall_share == doctest::Approx(0.61).epsilon(0.01));
  CHECK(analysis.verdict.cause == Cause::stall);
}

TEST_CASE("analyze: counters that stood still leave it to the samples") {
  RecordingBuilder builder = busy_program();
  builder.each_window([](Window& window, std::size_t) {
    window.stall_counters.push_back({"amd-zen4", 0, 0});
  });

  const Analysis analysis = analysed(builder, {.after_load = 70, .expected = 4});

  CHECK(analysis.memory.stall_source == "post_load");
}

TEST_CASE("analyze: a program in the kernel is not bound by the little that it waits for memory") {
  RecordingBuilder builder;
  builder.seconds(30)
      .process(10, "batch")
      .thread(10, 10, "batch", {.on_cpu = 0.99})
      .samples(10, "batch", "batch", "work", 0.2)
      .samples(10, "batch", "[kernel]", "copy_user_generic", 0.78);

  const Analysis analysis = analysed(builder, {.samples = 20, .after_load = 16});

  CHECK(analysis.verdict.cause == Cause::kernel);
}

}  // namespace boundscope::testing
