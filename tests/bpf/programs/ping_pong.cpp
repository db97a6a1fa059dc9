// Two threads that hand a byte to and fro as fast as they can: a high rate of context switches.
//
//   ping_pong MILLISECONDS
#include <sched.h>

#include <array>
#include <atomic>
#include <thread>

#include "talk.h"

namespace {

// On one CPU each hand-over is a switch.
void stay_on_one_cpu() {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(0, &set);
  sched_setaffinity(0, sizeof(set), &set);
}

bool pass(int from, int to) {
  char byte = 0;
  return read(from, &byte, 1) == 1 && write(to, &byte, 1) == 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const double wanted_ms = std::atof(argv[1]);
  stay_on_one_cpu();
  std::array<int, 2> there{};
  std::array<int, 2> back{};
  check(pipe(there.data()), "pipe");
  check(pipe(back.data()), "pipe");
  ready();
  wait_for_go();
  std::thread partner([&] {
    while (pass(there[0], back[1])) {
    }
  });
  double rounds = 0;
  const double began_ms = now_ms();
  if (write(there[1], "x", 1) != 1) fail("write");
  while (now_ms() - began_ms < wanted_ms && pass(back[0], there[1])) rounds += 1;
  report("rounds", rounds);
  say("done");
  std::_Exit(0);
}
