// Many threads that all do something.
//
//   swarm naps THREADS    all of them sleep and wake up, over and over, until the end
//   swarm births MAKERS   each starts one short thread after the other, beside two that always run
#include <atomic>
#include <cstring>
#include <ctime>
#include <thread>
#include <vector>

#include "talk.h"

namespace {

constexpr double kForMs = 3000;
constexpr double kLifeMs = 0.2;

std::atomic<bool> over{false};

void spin_for(double ms) {
  const double until = now_ms() + ms;
  while (now_ms() < until) {
  }
}

void naps(int count) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i)
    threads.emplace_back([] {
      const timespec length{0, 10'000'000};
      for (;;) nanosleep(&length, nullptr);
    });
  ready();
  wait_for_go();
  const timespec length{static_cast<time_t>(kForMs / 1000), 0};
  nanosleep(&length, nullptr);
  done_and_wait_for_end();
  std::_Exit(0);
}

void births(int makers) {
  ready();
  wait_for_go();
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([] {
      while (!over) spin_for(1);
    });
  for (int i = 0; i < makers; ++i)
    threads.emplace_back([] {
      while (!over) std::thread([] { spin_for(kLifeMs); }).join();
    });
  const timespec length{static_cast<time_t>(kForMs / 1000), 0};
  nanosleep(&length, nullptr);
  over = true;
  for (std::thread& thread : threads) thread.join();
  done_and_wait_for_end();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const int count = std::atoi(argv[2]);
  std::strcmp(argv[1], "naps") == 0 ? naps(count) : births(count);
}
