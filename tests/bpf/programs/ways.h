// The ways of waiting of the program `waits`.
#pragma once

#include <functional>
#include <semaphore>
#include <string>
#include <vector>

#include "talk.h"

inline constexpr int kRepeats =
    23;  // a prime: no other number of events is a multiple of it by accident
inline constexpr int kWaitMs = 15;

// Time spent in the calls that wait.
class Stopwatch {
 public:
  template <class Call>
  void measure(Call call) {
    const double before_ms = now_ms();
    call();
    total_ms_ += now_ms() - before_ms;
  }
  double total_ms() const { return total_ms_; }

 private:
  double total_ms_ = 0;
};

struct Way {
  std::string name;  // at most 15 bytes: the thread's name
  std::function<void(Stopwatch&)> wait;
};

// Waits `kRepeats` times; a helper thread ends each wait with `wake`, `kWaitMs` after it was begun.
void wait_and_be_woken(Stopwatch& watch, const std::function<void()>& wait,
                       const std::function<void()>& wake);

void sleep_ms(int ms);

void add_socket_ways(std::vector<Way>& ways);
void add_poll_ways(std::vector<Way>& ways);
void add_lock_ways(std::vector<Way>& ways);
void add_disk_ways(std::vector<Way>& ways, const std::string& directory);
void add_uring_way(std::vector<Way>& ways);
std::vector<Way> all_ways(const std::string& directory);
