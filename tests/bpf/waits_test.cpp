// Why a thread waited: one program, a thread for every way of waiting.
#include <doctest/doctest.h>

#include <cmath>
#include <sstream>
#include <string>
#include <string_view>

#include "measurement.h"
#include "program.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

struct Expected {
  std::string way;
  WaitClass wait_class;
};

constexpr std::uint64_t kRepeats = 23;

// On a busy machine a thread may come so late that there is nothing left to wait for, or be woken
// before there is anything and wait once more.
void check_count(std::uint64_t waits) {
  CHECK(waits <= kRepeats + 2);
  CHECK(waits + 3 >= kRepeats);
}

// The clocks of the program and of the kernel side are read at slightly different places.
constexpr double kClockMs = 5;

double in_class(const ThreadWindow& thread, WaitClass wait_class) {
  return ms(blocked(thread, wait_class));
}

double runnable_ms(const ThreadWindow& thread) {
  return ms(thread.preempted_ns + thread.woken_ns + thread.throttled_ns);
}

std::string loopback_name(double port) {
  return "127.0.0.1:" + std::to_string(static_cast<int>(port));
}

// One run for all cases: every way in its own thread, at the same time.
struct Run {
  Program program{"waits", {BOUNDSCOPE_BPF_PROGRAMS}};
  Recording recording;

  Run() {
    Measurement measurement({program.pid()});
    program.go();
    program.finish();
    recording = measurement.stop();
  }
};

const Run& run() {
  static const Run once;
  return once;
}

// An empty symbol stands for any.
bool has_frame(const Recording& recording, std::uint32_t stack, std::string_view module,
               std::string_view symbol) {
  for (const std::uint32_t index : recording.stacks[stack].frames) {
    const Frame& frame = recording.frames[index];
    if (frame.module == module && (symbol.empty() || frame.symbol == symbol)) return true;
  }
  return false;
}

// What the program measured around its calls is the wait, the way back to the CPU and a little
// work. Between them it waits for its helper, too (a join, of the class `park`).
void check_way(const Expected& expected) {
  CAPTURE(expected.way);
  const ThreadWindow thread = thread_totals(run().recording, expected.way);
  const double measured_ms = run().program.number(expected.way + "_ms");
  const double between_ms = run().program.number(expected.way + "_all_ms") - measured_ms;
  const double waited_ms = in_class(thread, expected.wait_class);
  const double other_ms =
      ms(sum(thread.blocked_ns)) - waited_ms - in_class(thread, WaitClass::other);

  CHECK(waited_ms <= measured_ms + between_ms + kClockMs);
  CHECK(waited_ms + runnable_ms(thread) + ms(thread.on_cpu_ns) >= measured_ms - kClockMs);
  CHECK(waited_ms >= 0.5 * (measured_ms - runnable_ms(thread)));
  CHECK(other_ms <= 0.05 * measured_ms + between_ms + kClockMs);
}

// The disk may answer before anybody has to wait for it.
void check_disk_way(const Expected& expected) {
  CAPTURE(expected.way);
  const ThreadWindow thread = thread_totals(run().recording, expected.way);
  const double measured_ms = run().program.number(expected.way + "_ms");
  const double all_ms = run().program.number(expected.way + "_all_ms");
  const double waited_ms = in_class(thread, expected.wait_class);

  CHECK(waited_ms <= all_ms + kClockMs);  // making its files may wait for the disk as well
  CHECK(waited_ms + runnable_ms(thread) + ms(thread.on_cpu_ns) >= measured_ms - kClockMs);
}

// Of the program long_waits: what it measured is the wait and the way back to the CPU.
void check_long_wait(const Recording& recording, const Program& program, const std::string& way,
                     WaitClass wait_class) {
  const ProcessWindow totals = process_totals(recording);
  const double waited_ms = ms(totals.blocked_ns[static_cast<std::size_t>(wait_class)]);
  const double measured_ms = program.number(way + "_ms");
  CHECK(waited_ms <= 1.01 * measured_ms + kClockMs);
  CHECK(waited_ms + ms(totals.preempted_ns + totals.woken_ns) >= 0.97 * measured_ms - kClockMs);
}

}  // namespace

TEST_CASE("collect: of the waits of every class some are known by where they began") {
  const Recording& recording = run().recording;
  for (const Expected& expected : {
           Expected{"pipe", WaitClass::pipe},
           Expected{"pair", WaitClass::socket_other},
           Expected{"accept", WaitClass::accept},
           Expected{"client", WaitClass::client},
           Expected{"mutex", WaitClass::lock},
           Expected{"condition", WaitClass::park},
           Expected{"child", WaitClass::child},
       }) {
    CAPTURE(expected.way);
    std::uint64_t waits = 0;
    std::uint64_t sampled_ns = 0;
    std::uint64_t known_ns = 0;
    for (const Window& window : recording.windows)
      for (const WaitStackTotals& row : window.wait_stacks) {
        if (row.wait_class != expected.wait_class) continue;
        waits += row.count;
        if (row.comm != expected.way) continue;
        sampled_ns += row.blocked_ns;
        // Where the copies of stacks come too fast for a busy machine, some end in the C library.
        if (has_frame(recording, row.stack, "waits", "")) known_ns += row.blocked_ns;
        CHECK_FALSE(has_frame(recording, row.stack, "[kernel]", "__schedule"));
      }
    const ThreadWindow thread = thread_totals(recording, expected.way);
    CHECK(waits > 0);
    CHECK(2 * known_ns >= sampled_ns);
    CHECK(ms(sampled_ns) <= in_class(thread, expected.wait_class) + kClockMs);
  }
}

TEST_CASE("collect: every way of waiting has its class, and lasts as long as it did") {
  for (const Expected& expected : {
           Expected{"pipe", WaitClass::pipe},
           Expected{"pair", WaitClass::socket_other},
           Expected{"accept", WaitClass::accept},
           Expected{"client", WaitClass::client},
           Expected{"upstream", WaitClass::upstream},
           Expected{"poll_upstream", WaitClass::upstream},
           Expected{"epoll", WaitClass::poll},
           Expected{"poll", WaitClass::poll},
           Expected{"select", WaitClass::poll},
           Expected{"eventfd", WaitClass::poll},
           Expected{"timerfd", WaitClass::timer},
           Expected{"sleep", WaitClass::timer},
           Expected{"mutex", WaitClass::lock},
           Expected{"condition", WaitClass::park},
           Expected{"child", WaitClass::child},
       })
    check_way(expected);
  if (run().program.number("io_uring_works") > 0) check_way({"io_uring", WaitClass::io_uring});
}

TEST_CASE("collect: waits for the disk are told apart by what was asked of it") {
  for (const Expected& expected : {
           Expected{"disk_read", WaitClass::disk_read},
           Expected{"disk_write", WaitClass::disk_write},
           Expected{"disk_sync", WaitClass::disk_sync},
           Expected{"page_fault", WaitClass::page_fault},
       })
    check_disk_way(expected);
}

TEST_CASE("collect: a thread's states sum to the time it was there") {
  for (const std::string way : {"pipe", "upstream", "epoll", "sleep", "mutex", "condition"}) {
    CAPTURE(way);
    const ThreadWindow thread = thread_totals(run().recording, way);
    // It ends in pause(), which is of the class `other`; so is what a file system waits for besides
    // the disk, so that the ways of the disk are not among these.
    const double sum_ms = ms(thread.on_cpu_ns + sum(thread.blocked_ns)) + runnable_ms(thread) -
                          in_class(thread, WaitClass::other);

    const double lived_ms = run().program.number(way + "_all_ms");
    const double tolerance_ms = 0.03 * lived_ms + kClockMs;
    CHECK(sum_ms >= lived_ms - tolerance_ms);
    // It may have waited for a CPU before it looked at its clock.
    CHECK(sum_ms - runnable_ms(thread) <= lived_ms + tolerance_ms);
  }
}

TEST_CASE("collect: waits for an upstream name the peer and are counted") {
  for (const char* way : {"upstream", "poll_upstream"}) {
    CAPTURE(way);
    const std::string peer = loopback_name(run().program.number(std::string(way) + "_port"));
    const WaitTotals waits = wait_totals(run().recording, WaitClass::upstream, peer);
    const double measured_ms = run().program.number(std::string(way) + "_ms");

    check_count(waits.count);
    CHECK(ms(waits.blocked_ns) <= measured_ms + kClockMs);
    CHECK(ms(waits.blocked_ns) >=
          0.5 * (measured_ms - runnable_ms(thread_totals(run().recording, way))));
    CHECK(waits.longest_ns <= waits.blocked_ns);
    CHECK(waits.longest_ns * kRepeats >= waits.blocked_ns);
  }
}

TEST_CASE("collect: a lock is named by its address and its waits are counted") {
  const auto address = static_cast<std::uint64_t>(run().program.number("mutex_address"));
  std::ostringstream name;
  name << "0x" << std::hex << address;

  const WaitTotals waits = wait_totals(run().recording, WaitClass::lock, name.str());

  check_count(waits.count);
  CHECK(ms(waits.blocked_ns) <= run().program.number("mutex_ms") + kClockMs);
  CHECK(ms(waits.blocked_ns) >= 0.5 * (run().program.number("mutex_ms") -
                                       runnable_ms(thread_totals(run().recording, "mutex"))));
}

TEST_CASE("collect: waits of a lock's holder are the cause of the waits for it") {
  LockCause cause;
  for (const Window& window : run().recording.windows)
    for (const LockCause& row : window.lock_causes) {
      cause.running_ns += row.running_ns;
      cause.other_ns += row.other_ns;
    }

  // The holder sleeps while it holds the lock; where CPUs are busy it waits for one as well.
  CHECK(cause.other_ns > 0);
  CHECK(ms(cause.other_ns + cause.running_ns) >=
        0.5 * (run().program.number("mutex_ms") -
               runnable_ms(thread_totals(run().recording, "mutex"))));
  CHECK(cause.running_ns <= 2 * cause.other_ns);
}

TEST_CASE("collect: nothing is lost on the way") { CHECK(losses(run().recording) == ""); }

TEST_CASE("collect: a wait that crosses the edges of windows is split at them") {
  Program program("long_waits", {"2000"});
  Measurement measurement({program.pid()});
  program.go();
  program.finish();
  const Recording& recording = measurement.stop();

  int full_windows = 0;
  std::uint64_t passed_ns = 0;
  std::uint64_t blocked_ns = 0;
  for (const Window& window : recording.windows) {
    passed_ns += window.duration_ns;
    for (const ThreadWindow& thread : window.threads) {
      if (thread.comm != "upstream") continue;
      blocked_ns += blocked(thread, WaitClass::upstream);
      CHECK(blocked_ns <= passed_ns + 20'000'000);
      if (blocked(thread, WaitClass::upstream) >= window.duration_ns * 9 / 10) ++full_windows;
    }
  }
  CHECK(full_windows >= 2);
  check_long_wait(recording, program, "upstream", WaitClass::upstream);
}

TEST_CASE("collect: an idle wait of several windows is there in full, once") {
  Program program("long_waits", {"1500"});
  Measurement measurement({program.pid()});
  program.go();
  program.finish();
  const Recording& recording = measurement.stop();

  check_long_wait(recording, program, "poll", WaitClass::poll);
}
