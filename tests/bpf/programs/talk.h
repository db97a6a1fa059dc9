// How a program talks to the test that started it (see program.h there).
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

// A program whose test has died must not stay.
inline constexpr unsigned kLongestLifeS = 120;

inline void report(const char* name, double value) {
  std::printf("%s %.17g\n", name, value);
  std::fflush(stdout);
}

inline void say(const char* word) {
  std::printf("%s\n", word);
  std::fflush(stdout);
}

inline void ready() {
  alarm(kLongestLifeS);
  say("ready");
}

// Ends the program if there is nobody to wait for any more.
inline void wait_for_go() {
  char byte = 0;
  if (read(STDIN_FILENO, &byte, 1) != 1) std::exit(0);
}

inline void done_and_wait_for_end() {
  say("done");
  char byte = 0;
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
}

[[noreturn]] inline void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

inline int check(int result, const char* what) {
  if (result < 0) fail(what);
  return result;
}

inline double now_ms() {
  using namespace std::chrono;
  return duration<double, std::milli>(steady_clock::now().time_since_epoch()).count();
}
