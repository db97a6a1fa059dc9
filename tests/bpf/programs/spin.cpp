// Uses a CPU for a while, in its own code or in system calls.
//
//   spin user|kernel MILLISECONDS
#include <sys/resource.h>

#include <cstdlib>
#include <cstring>

#include "talk.h"

namespace {

volatile unsigned long sink = 0;

[[gnu::noinline]] void compute() {
  for (int i = 0; i < 100'000; ++i) sink = sink * 2862933555777941757UL + 3037000493UL;
}

// A system call whose way back to us the kernel can walk: libc's read() keeps no frame pointer.
[[gnu::noinline]] void call_the_kernel() {
  rusage usage{};
  for (int i = 0; i < 1000; ++i) getrusage(RUSAGE_SELF, &usage);
}

double cpu_ms() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) {
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec);
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const bool in_kernel = std::strcmp(argv[1], "kernel") == 0;
  const double wanted_ms = std::atof(argv[2]);
  ready();
  wait_for_go();
  const double before_ms = cpu_ms();
  while (cpu_ms() - before_ms < wanted_ms) in_kernel ? call_the_kernel() : compute();
  report("cpu_ms", cpu_ms() - before_ms);
  done_and_wait_for_end();
}
