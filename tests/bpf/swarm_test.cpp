// Many threads that all do something: none is missed, and none is given time that it did not have.
#include <doctest/doctest.h>

#include <string>

#include "measurement.h"
#include "program.h"

using namespace boundscope;
using namespace boundscope::test;

// More rows than the kernel's buffer of an iterator holds (32 KiB).
TEST_CASE("collect: no thread loses its row where a reading has more than fit into a buffer") {
  constexpr int kThreads = 400;
  Program program("swarm", {"naps", std::to_string(kThreads)});
  Measurement measurement({program.pid()});
  program.go();
  program.finish();
  const Recording& recording = measurement.stop();

  CHECK(losses(recording) == "");
  // All of their time is somewhere; a row in 142 would be missed.
  const ProcessWindow all = process_totals(recording, program.pid());
  const auto known =
      static_cast<double>(all.on_cpu_ns + all.preempted_ns + all.woken_ns + sum(all.blocked_ns));
  const double lived = (kThreads + 1) * static_cast<double>(observed_ns(recording));
  CHECK(known / lived >= 0.998);
  CHECK(known / lived <= 1.002);
}

TEST_CASE("collect: a thread that was born in a window has waited no longer than it lived") {
  constexpr int kMakers = 4;
  constexpr std::uint64_t kMostAlive = 1 + 2 + 2 * kMakers;
  Program program("swarm", {"births", std::to_string(kMakers)});
  Measurement measurement({program.pid()});
  program.go();
  program.finish();
  const Recording& recording = measurement.stop();

  CHECK(losses(recording) == "");
  std::uint64_t waited_ns = 0;
  for (const Window& window : recording.windows) {
    for (const ProcessWindow& process : window.processes) {
      waited_ns += process.preempted_ns + process.woken_ns;
      CHECK(process.preempted_ns + process.woken_ns <= kMostAlive * window.duration_ns);
    }
  }
  CHECK(waited_ns > 0);
}
