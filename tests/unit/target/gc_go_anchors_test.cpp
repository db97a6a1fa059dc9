// Where a Go program's counters are, found by the code that counts.
#include <doctest/doctest.h>

#include <random>

#include "target/gc/go_anchors.h"
#include "unit/target/go_runtime_code.h"

using namespace boundscope;
using namespace boundscope::test;

TEST_CASE("gc go code: operands lead to the variables that they name") {
  GoCode code{.address = 0x401000, .bytes = "\x90"};
  CodeWriter(code).load(0x600000).use(CodeUse::increment, 0x3ff000, false);
  CodeWriter(code).use(CodeUse::store_double, 0x600010);

  const auto found = find_references(code);

  REQUIRE(found.size() == 3);
  CHECK(found[0].use == CodeUse::load);
  CHECK(found[0].is_wide);
  CHECK(found[0].target == 0x600000);
  CHECK(found[1].use == CodeUse::increment);
  CHECK_FALSE(found[1].is_wide);
  CHECK(found[1].target == 0x3ff000);
  CHECK(found[2].use == CodeUse::store_double);
  CHECK(found[2].target == 0x600010);
}

TEST_CASE("gc go code: an instruction that is cut off names nothing") {
  GoCode code{.address = 0x401000, .bytes = ""};
  CodeWriter(code).load(0x600000);
  for (std::size_t size = 0; size < code.bytes.size(); ++size) {
    CHECK(find_references({code.address, code.bytes.substr(0, size)}).empty());
  }
}

TEST_CASE("gc go code: a call counts only within reach and only of the function asked for") {
  GoCode code{.address = 0x401000, .bytes = std::string(10, '\x90')};
  CodeWriter(code).call(0x402000);

  CHECK(calls_soon(code, 0, 10, 0x402000));
  CHECK_FALSE(calls_soon(code, 0, 9, 0x402000));
  CHECK_FALSE(calls_soon(code, 0, 10, 0x402001));
  CHECK_FALSE(calls_soon({code.address, code.bytes.substr(0, 14)}, 0, 10, 0x402000));
}

TEST_CASE("gc go anchors: everything is found in code as of 1.22") {
  const auto anchors = find_go_anchors(GoRuntime::of_1_22().code);

  REQUIRE(anchors);
  CHECK(anchors->pause_total == GoRuntime::kPauseTotal);
  CHECK(anchors->pacer == GoRuntime::kPacer);
  REQUIRE(anchors->pacer_layout);
  CHECK(anchors->pacer_layout->heap_marked == 152);
  CHECK(anchors->cpu_stats == GoRuntime::kCpuStats);
  CHECK_FALSE(anchors->gc_cpu_total);
  REQUIRE(anchors->sched_latency);
  CHECK(anchors->sched_latency->address == GoRuntime::kLatency);
  CHECK(anchors->mutex_wait == GoRuntime::kMutexWait);
  REQUIRE(anchors->pauses);
  CHECK(anchors->pauses->address == GoRuntime::kStops);
  CHECK(anchors->max_procs == GoRuntime::kProcs);
}

TEST_CASE("gc go anchors: everything that 1.19 has is found in its code") {
  const auto anchors = find_go_anchors(GoRuntime::of_1_19().code);

  REQUIRE(anchors);
  CHECK(anchors->pause_total == GoRuntime::kPauseTotal);
  CHECK(anchors->pacer == GoRuntime::kPacer);
  REQUIRE(anchors->pacer_layout);
  CHECK(anchors->pacer_layout->heap_marked == 184);
  CHECK_FALSE(anchors->cpu_stats);
  CHECK(anchors->gc_cpu_total == GoRuntime::kCpuSum);
  REQUIRE(anchors->sched_latency);
  CHECK(anchors->sched_latency->kind == GoHistogramKind::fine);
  REQUIRE(anchors->pauses);
  CHECK(anchors->pauses->address == GoRuntime::kCycles + 40);
  CHECK(anchors->pauses->kind == GoHistogramKind::fine);
  CHECK_FALSE(anchors->mutex_wait);
  CHECK(anchors->max_procs == GoRuntime::kProcs);
}

TEST_CASE("gc go anchors: stops stand beside the number of cycles until 1.21") {
  GoRuntime runtime = GoRuntime::of_1_22();
  runtime.part(GoPart::start_world).bytes.clear();
  runtime.write(GoPart::mark_termination)
      .pass(GoRuntime::kCycles + 40, runtime.part(GoPart::histogram_record).address);

  const auto anchors = find_go_anchors(runtime.code);

  REQUIRE(anchors);
  REQUIRE(anchors->pauses);
  CHECK(anchors->pauses->address == GoRuntime::kCycles + 40);
  CHECK(anchors->pauses->kind == GoHistogramKind::coarse);
}

TEST_CASE("gc go anchors: without the code that counts there is an error that says so") {
  const auto anchors = find_go_anchors(GoRuntimeCode{});
  REQUIRE_FALSE(anchors);
  CHECK(anchors.error().message.find("does not count its collections") != std::string::npos);
  CHECK_FALSE(anchors.error().hint.empty());
}

TEST_CASE("gc go anchors: two candidates are as good as none") {
  GoRuntime runtime = GoRuntime::of_1_22();
  constexpr std::uint64_t kOther = 0x700000;
  runtime.write(GoPart::mark_termination)
      .add_to(kOther)
      .use(CodeUse::increment, kOther + kGoCyclesAfterPauses, false)
      .use(CodeUse::store_double, kOther + kGoCyclesAfterPauses + 8);
  CHECK_FALSE(find_go_anchors(runtime.code));
}

TEST_CASE("gc go anchors: a pacer of which one field is not confirmed is left out") {
  for (const GoPart part : {GoPart::controller_commit, GoPart::alloc_span, GoPart::cache_refill,
                            GoPart::sweep, GoPart::reset_live, GoPart::heap_goal}) {
    GoRuntime runtime = GoRuntime::of_1_22();
    runtime.part(part).bytes.clear();

    const auto anchors = find_go_anchors(runtime.code);

    REQUIRE(anchors);
    CHECK_FALSE(anchors->pacer);
    CHECK(anchors->cpu_stats);
  }
}

TEST_CASE("gc go anchors: an address given to another function is no histogram") {
  GoRuntime runtime = GoRuntime::of_1_22();
  runtime.part(GoPart::histogram_record).address += 16;

  const auto anchors = find_go_anchors(runtime.code);

  REQUIRE(anchors);
  CHECK_FALSE(anchors->sched_latency);
  CHECK_FALSE(anchors->mutex_wait);
  CHECK_FALSE(anchors->pauses);
}

TEST_CASE("gc go anchors: GOMAXPROCS is used in three places or not found") {
  for (const GoPart part : {GoPart::resize_procs, GoPart::start_world}) {
    GoRuntime runtime = GoRuntime::of_1_22();
    runtime.part(part).bytes.clear();

    const auto anchors = find_go_anchors(runtime.code);

    REQUIRE(anchors);
    CHECK_FALSE(anchors->max_procs);
  }
}

TEST_CASE("gc go anchors: bytes of any kind are not taken for a runtime") {
  std::mt19937 random(1);
  GoRuntimeCode code;
  for (GoCode& part : code) {
    part.address = 0x401000;
    for (int i = 0; i < 4096; ++i) part.bytes += static_cast<char>(random());
  }
  CHECK_FALSE(find_go_anchors(code));
}
