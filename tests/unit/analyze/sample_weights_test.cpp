#include "analyze/sample_weights.h"

#include <doctest/doctest.h>

#include "boundscope/analysis.h"
#include "support/recording_builder.h"

namespace boundscope::testing {
namespace {

// A collector that ran for 0.6 of a CPU and was met by samples for 0.4, and a program for which it
// is the reverse.
RecordingBuilder unlucky_samples() {
  return RecordingBuilder{}
      .seconds(20)
      .process(10, "java", Runtime::jvm)
      .thread(10, 10, "GC Thread#0", {.on_cpu = 0.6})
      .thread(10, 11, "http", {.on_cpu = 0.4})
      .samples(10, "GC Thread#0", "libjvm.so", "", 0.4)
      .samples(10, "http", "[jit]", "", 0.6);
}

double weight(const Recording& recording, std::string_view comm) {
  return SampleWeights(select_run(recording)).of(10, comm);
}

TEST_CASE("sample weights: a thread's samples stand for the time that the scheduler saw it run") {
  const Recording recording = unlucky_samples().build();

  CHECK(weight(recording, "GC Thread#0") == doctest::Approx(1.5).epsilon(0.1));
  CHECK(weight(recording, "http") == doctest::Approx(0.67).epsilon(0.1));
  const Analysis analysis = analyze(recording);
  REQUIRE(analysis.gc);
  CHECK(analysis.gc->cpu_share.value_or(0) == doctest::Approx(0.6).epsilon(0.05));
}

TEST_CASE("sample weights: threads with few samples share what is left of the time") {
  const Recording recording = unlucky_samples()
                                  .thread(10, 12, "rare-1", {.on_cpu = 0.002})
                                  .thread(10, 13, "rare-2", {.on_cpu = 0.004})
                                  .samples(10, "rare-1", "[jit]", "", 0.003)
                                  .samples(10, "rare-2", "[jit]", "", 0.003)
                                  .build();

  CHECK(weight(recording, "rare-1") == weight(recording, "rare-2"));
}

TEST_CASE(
    "sample weights: where the scheduler was not watched, or its sums are elsewhere, samples stand "
    "alone") {
  const auto half_blind = [](Window& window, std::size_t) { window.observed_ns /= 2; };
  CHECK(weight(unlucky_samples().each_window(half_blind).build(), "GC Thread#0") == 1);

  // It was renamed before its window ended.
  const auto renamed = [](Window& window, std::size_t) { window.threads.front().comm = "worker"; };
  CHECK(weight(unlucky_samples().each_window(renamed).build(), "GC Thread#0") == 1);

  CHECK(weight(Recording{}, "GC Thread#0") == 1);
}

}  // namespace
}  // namespace boundscope::testing
