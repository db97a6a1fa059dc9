// Large targets: 10 000 threads, 500 processes, 10 000 connections.
#include <doctest/doctest.h>

#include <string>

#include "measurement.h"
#include "program.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

constexpr double kShareOfWanted = 0.95;

// False, with the reason printed, if the host does not let the program have so many.
bool host_allows(const Program& crowd, int wanted) {
  const double made = crowd.number("made");
  if (made >= kShareOfWanted * wanted) return true;
  MESSAGE("not tested: this host allows only ", made, " of ", wanted);
  return false;
}

void check_window_lengths(const Recording& recording) {
  for (std::size_t i = 0; i + 1 < recording.windows.size(); ++i) {
    CAPTURE(i);
    CHECK(recording.windows[i].duration_ns <= 5'000'000'000);
  }
}

}  // namespace

TEST_CASE("collect: ten thousand threads are followed without loss") {
  Program crowd("crowd", {"threads", "10000"});
  if (!host_allows(crowd, 10000)) return;
  Measurement measurement({crowd.pid()});
  crowd.go();
  crowd.finish();
  measurement.wait_for_windows(2);
  const Recording& recording = measurement.stop();

  CHECK(losses(recording) == "");
  CHECK(ms(process_totals(recording, crowd.pid()).on_cpu_ns) > 0);
  // The few that worked are among the rows.
  CHECK(thread_totals(recording, "crowd").switches >= 23);
  for (const Window& window : recording.windows) CHECK(window.threads.size() <= 100);
  check_window_lengths(recording);
}

TEST_CASE("collect: five hundred processes have a slot each") {
  Program crowd("crowd", {"processes", "500"});
  if (!host_allows(crowd, 500)) return;
  Measurement measurement({crowd.pid()});
  crowd.go();
  crowd.finish();
  const Recording& recording = measurement.stop();

  CHECK(losses(recording) == "");
  CHECK(recording.processes.size() >= kShareOfWanted * 500);
  for (const Window& window : recording.windows)
    for (const ProcessWindow& process : window.processes) CHECK(process.pid != 0);
  check_window_lengths(recording);
}

TEST_CASE("collect: ten thousand connections are known, and requests on them are counted") {
  Program crowd("crowd", {"sockets", "10000"});
  if (!host_allows(crowd, 10000)) return;
  Measurement measurement({crowd.pid()});
  crowd.go();
  crowd.finish();
  measurement.wait_for_windows(2);
  const Recording& recording = measurement.stop();

  CHECK(losses(recording) == "");
  CHECK(process_totals(recording, crowd.pid()).requests.finished == 23);
  check_window_lengths(recording);
}
