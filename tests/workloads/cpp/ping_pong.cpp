// Two threads on one CPU wake each other: nothing but context switches. Prints
// {"at": MONOTONIC_SECONDS, "ns_per_switch": X} after every --slice-ms until --seconds are over.
//   --mode pipe|futex  --cpu 0
#include <linux/futex.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <thread>

#include "common.h"

using namespace boundscope::workload;
using Clock = std::chrono::steady_clock;

namespace {

constexpr int kTurnsBetweenClockReads = 64;

// Two ways to hand over: each side waits for its turn and gives the turn to the other.
class Channel {
 public:
  virtual ~Channel() = default;
  virtual void wait(int side) = 0;
  virtual void wake(int side) = 0;
};

class PipeChannel : public Channel {
 public:
  PipeChannel() {
    for (auto& pipe : pipes_)
      if (::pipe(pipe) != 0) fail("pipe");
  }
  void wait(int side) override {
    char token = 0;
    if (read(pipes_[side][0], &token, 1) != 1) fail("read");
  }
  void wake(int side) override {
    if (write(pipes_[side][1], "x", 1) != 1) fail("write");
  }

 private:
  int pipes_[2][2] = {};
};

class FutexChannel : public Channel {
 public:
  void wait(int side) override {
    while (turns_[side].exchange(0) == 0)
      syscall(SYS_futex, &turns_[side], FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
  }
  void wake(int side) override {
    turns_[side].store(1);
    syscall(SYS_futex, &turns_[side], FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }

 private:
  std::atomic<int> turns_[2] = {};
};

// As the kernel counted them: a wake-up that preempts its caller makes more than one a turn.
std::int64_t context_switches() {
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) != 0) fail("getrusage");
  return usage.ru_nvcsw + usage.ru_nivcsw;
}

void pin_to(std::int64_t cpu) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(static_cast<std::size_t>(cpu), &set);
  if (sched_setaffinity(0, sizeof set, &set) != 0) fail("sched_setaffinity");
}

}  // namespace

int main(int argc, char** argv) {
  const Arguments arguments(argc, argv);
  limit_lifetime(arguments);
  pin_to(arguments.number("cpu", 0));
  const std::unique_ptr<Channel> channel = arguments.text("mode", "pipe") == "pipe"
                                               ? std::unique_ptr<Channel>(new PipeChannel)
                                               : std::unique_ptr<Channel>(new FutexChannel);
  std::thread([&channel] {
    for (;;) {
      channel->wait(1);
      channel->wake(0);
    }
  }).detach();

  const auto slice = std::chrono::milliseconds(arguments.number("slice-ms", 100));
  for (;;) {
    const auto start = Clock::now();
    const std::int64_t switches_before = context_switches();
    while (Clock::now() < start + slice) {
      for (int i = 0; i < kTurnsBetweenClockReads; ++i) {
        channel->wake(1);
        channel->wait(0);
      }
    }
    const std::int64_t switches = context_switches() - switches_before;
    const std::chrono::duration<double, std::nano> elapsed = Clock::now() - start;
    const std::chrono::duration<double> at = Clock::now().time_since_epoch();
    std::printf("{\"at\": %.3f, \"ns_per_switch\": %.1f}\n", at.count(),
                elapsed.count() / static_cast<double>(switches));
    std::fflush(stdout);
  }
}
