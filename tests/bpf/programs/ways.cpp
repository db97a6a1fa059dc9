#include "ways.h"

#include <pthread.h>
#include <sys/wait.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <semaphore>
#include <thread>

void sleep_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

void wait_and_be_woken(Stopwatch& watch, const std::function<void()>& wait,
                       const std::function<void()>& wake) {
  std::counting_semaphore<> begun(0);
  std::thread waker([&] {
    pthread_setname_np(pthread_self(), "waker");
    for (int i = 0; i < kRepeats; ++i) {
      begun.acquire();
      sleep_ms(kWaitMs);
      wake();
    }
  });
  for (int i = 0; i < kRepeats; ++i) {
    begun.release();
    watch.measure(wait);
  }
  waker.join();
}

namespace {

// The holder has the lock before we ask for it; we find out without waiting.
void wait_for_mutex(Stopwatch& watch) {
  static std::mutex contended;
  report("mutex_address", static_cast<double>(reinterpret_cast<std::uintptr_t>(&contended)));
  std::counting_semaphore<> wanted(0);
  std::atomic<int> times_held = 0;
  std::thread holder([&] {
    pthread_setname_np(pthread_self(), "holder");
    for (int i = 0; i < kRepeats; ++i) {
      wanted.acquire();
      const std::lock_guard lock(contended);
      times_held += 1;
      sleep_ms(kWaitMs);
    }
  });
  for (int i = 0; i < kRepeats; ++i) {
    wanted.release();
    while (times_held <= i) std::this_thread::yield();
    watch.measure([&] { const std::lock_guard lock(contended); });
  }
  holder.join();
}

void wait_for_condition(Stopwatch& watch) {
  std::mutex mutex;
  std::condition_variable changed;
  int tokens = 0;
  wait_and_be_woken(
      watch,
      [&] {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return tokens > 0; });
        tokens -= 1;
      },
      [&] {
        {
          const std::lock_guard lock(mutex);
          tokens += 1;
        }
        changed.notify_one();
      });
}

void wait_for_child(Stopwatch& watch) {
  for (int i = 0; i < kRepeats; ++i) {
    const pid_t child = check(fork(), "fork");
    if (child == 0) {
      usleep(kWaitMs * 1000);
      _exit(0);
    }
    watch.measure([&] { waitpid(child, nullptr, 0); });
  }
}

}  // namespace

void add_lock_ways(std::vector<Way>& ways) {
  ways.push_back({"mutex", wait_for_mutex});
  ways.push_back({"condition", wait_for_condition});
  ways.push_back({"child", wait_for_child});
}

std::vector<Way> all_ways(const std::string& directory) {
  std::vector<Way> ways;
  add_socket_ways(ways);
  add_poll_ways(ways);
  add_lock_ways(ways);
  add_disk_ways(ways, directory);
  add_uring_way(ways);
  return ways;
}
