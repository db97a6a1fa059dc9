// Threads and processes that the target starts later belong to it from their first instruction on.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

#include "measurement.h"
#include "program.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

constexpr int kChildren = 5;

double cpu_ms_of(const Recording& recording) { return ms(process_totals(recording).on_cpu_ns); }

std::set<pid_t> pids_of(const Recording& recording) {
  std::set<pid_t> pids;
  for (const Window& window : recording.windows)
    for (const ProcessWindow& process : window.processes) pids.insert(process.pid);
  return pids;
}

// Lets the program do its work under measurement and ends both.
struct Run {
  Measurement measurement;
  double uncharged_before_ms = uncharged_ms();
  double uncharged = 0;

  explicit Run(Program& program) : measurement({program.pid()}) {
    program.go();
    program.finish();
    uncharged = uncharged_ms() - uncharged_before_ms;
  }
};

// Within what the kernel charges to nobody, or charges threads too much (samples_test.cpp).
void check_cpu_time(const Recording& recording, const Program& program, const Run& run) {
  const double accounted_ms = program.number("cpu_ms") - program.number("before_ms");
  CHECK(cpu_ms_of(recording) >= 0.8 * accounted_ms - 5);
  CHECK(cpu_ms_of(recording) <= 1.05 * accounted_ms + 5 + run.uncharged);
}

void check_children(const char* how) {
  CAPTURE(std::string(how));
  Program program("family", {how, std::to_string(kChildren)});
  Run run(program);
  const Recording& recording = run.measurement.stop();

  check_cpu_time(recording, program, run);
  const std::set<pid_t> pids = pids_of(recording);
  for (int i = 0; i < kChildren; ++i) {
    const auto child = static_cast<pid_t>(program.number("child" + std::to_string(i)));
    CAPTURE(child);
    CHECK(pids.contains(child));
    CHECK(ms(process_totals(recording, child).on_cpu_ns) >= 40);
  }
  CHECK_FALSE(pids.contains(0));
  CHECK(losses(recording) == "");
}

}  // namespace

TEST_CASE("collect: threads started later are followed") {
  Program program("family", {"threads", std::to_string(kChildren)});
  Run run(program);
  const Recording& recording = run.measurement.stop();

  check_cpu_time(recording, program, run);
  CHECK(pids_of(recording) == std::set<pid_t>{program.pid()});
}

TEST_CASE("collect: forked children are followed") { check_children("fork"); }

TEST_CASE("collect: children made with vfork and exec are followed") { check_children("vfork"); }

TEST_CASE("collect: children made with clone are followed") { check_children("clone"); }

TEST_CASE("collect: a process that becomes another program stays in the target") {
  Program program("family", {"exec"});
  Run run(program);
  const Recording& recording = run.measurement.stop();

  check_cpu_time(recording, program, run);
  CHECK(pids_of(recording) == std::set<pid_t>{program.pid()});
}

TEST_CASE("collect: a storm of forks is survived, and what it costs is counted") {
  Program program("family", {"storm", "1000"});
  Run run(program);
  const Recording& recording = run.measurement.stop();

  const double forks = program.number("forks");
  CHECK(forks >= 10);
  CHECK(cpu_ms_of(recording) > 0);
  // More processes than slots: those without one are counted and summed together, nothing else is
  // lost.
  const std::string lost = losses(recording);
  CAPTURE(lost);
  CHECK((lost.empty() || lost.starts_with("processes_full ")));
  CHECK(std::count(lost.begin(), lost.end(), ' ') <= 2);
}
