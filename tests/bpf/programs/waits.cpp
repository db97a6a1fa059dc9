// A thread per way of waiting, each waiting 23 times for about 15 ms. Threads carry the way's name.
// For each the program reports how long its waits took (NAME_ms) and how long it took in all
// (NAME_all_ms).
//
//   waits DIRECTORY     files are made there, on the file system that is to be waited for
#include <poll.h>
#include <pthread.h>

#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "talk.h"
#include "ways.h"

namespace {

struct Result {
  double waited_ms = 0;
  double all_ms = 0;
};

// Does not return: the thread stays, so that it has a row of its own in the last window.
[[noreturn]] void run(const Way& way, Result& result, std::latch& running) {
  pthread_setname_np(pthread_self(), way.name.c_str());
  Stopwatch watch;
  const double began_ms = now_ms();
  way.wait(watch);
  result = {watch.total_ms(), now_ms() - began_ms};
  running.count_down();
  for (;;) poll(nullptr, 0, -1);  // pause(), as it is where the kernel has no such call
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::vector<Way> ways = all_ways(argv[1]);
  std::vector<Result> results(ways.size());
  std::latch running(static_cast<std::ptrdiff_t>(ways.size()));
  ready();
  wait_for_go();
  for (std::size_t i = 0; i < ways.size(); ++i)
    std::thread([&, i] { run(ways[i], results[i], running); }).detach();
  running.wait();
  for (std::size_t i = 0; i < ways.size(); ++i) {
    report((ways[i].name + "_ms").c_str(), results[i].waited_ms);
    report((ways[i].name + "_all_ms").c_str(), results[i].all_ms);
  }
  done_and_wait_for_end();
  std::_Exit(0);
}
