// Threads and processes that the target starts later belong to it from their first instruction on.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
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

void check_cpu_time(const Recording& recording, const Program& program) {
  const double accounted_ms = program.number("cpu_ms") - program.number("before_ms");
  CHECK(std::abs(cpu_ms_of(recording) - accounted_ms) <= 0.06 * accounted_ms + 5);
}

void check_children(const char* how) {
  CAPTURE(std::string(how));
  Program program("family", {how, std::to_string(kChildren)});
  Measurement measurement({program.pid()});
  program.go();
  program.finish();
  const Recording& recording = measurement.stop();

  check_cpu_time(recording, program);
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
  Measurement measurement({program.pid()});
  program.go();
  program.finish();
  const Recording& recording = measurement.stop();

  check_cpu_time(recording, program);
  CHECK(pids_of(recording) == std::set<pid_t>{program.pid()});
}

TEST_CASE("collect: forked children are followed") { check_children("fork"); }

TEST_CASE("collect: children made with vfork and exec are followed") { check_children("vfork"); }

TEST_CASE("collect: children made with clone are followed") { check_children("clone"); }

TEST_CASE("collect: a process that becomes another program stays in the target") {
  Program program("family", {"exec"});
  Measurement measurement({program.pid()});
  program.go();
  program.finish();
  const Recording& recording = measurement.stop();

  check_cpu_time(recording, program);
  CHECK(pids_of(recording) == std::set<pid_t>{program.pid()});
}

TEST_CASE("collect: a storm of forks is survived, and what it costs is counted") {
  Program program("family", {"storm", "1000"});
  Measurement measurement({program.pid()});
  program.go();
  program.finish();
  const Recording& recording = measurement.stop();

  const double forks = program.number("forks");
  CHECK(forks >= 100);
  CHECK(cpu_ms_of(recording) > 0);
  // More processes than slots: those without one are counted and summed together, nothing else is
  // lost.
  const std::string lost = losses(recording);
  CAPTURE(lost);
  CHECK((lost.empty() || lost.starts_with("processes_full ")));
  CHECK(std::count(lost.begin(), lost.end(), ' ') <= 2);
}
