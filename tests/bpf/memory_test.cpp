// Threads that make room for memory by themselves, and what their memory is.
#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "measurement.h"
#include "memory_cgroup.h"
#include "program.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

const std::vector<std::string> kFourPasses = {"64", "4"};

// How often threads of the host have made room so far: it may be short of memory itself.
std::uint64_t stalled_allocations() {
  std::ifstream counters("/proc/vmstat");
  std::string name;
  std::uint64_t value = 0, sum = 0;
  while (counters >> name >> value)
    if (name.starts_with("allocstall")) sum += value;
  return sum;
}

}  // namespace

TEST_CASE("collect: who reads more than its cgroup may cache is seen to make room") {
  // First, so that it is removed when the program is gone.
  const MemoryCgroup cgroup(24 * kMiB);
  Program program("reader", kFourPasses);
  if (!cgroup.is_there()) {
    MESSAGE("skipped: this host has no memory cgroup that we could use");
    return;
  }
  cgroup.add(program.pid());
  ProcessWindow process;
  HostWindow host;
  {
    Measurement measurement({program.pid()});
    program.go();
    program.finish();
    const Recording& recording = measurement.stop();
    process = process_totals(recording);
    for (const Window& window : recording.windows) {
      host.memory_limit_hits =
          host.memory_limit_hits.value_or(0) + window.host.memory_limit_hits.value_or(0);
      host.memory_limit_bytes = window.host.memory_limit_bytes;
      host.read_pages = host.read_pages.value_or(0) + window.host.read_pages.value_or(0);
    }
  }

  CHECK(host.memory_limit_bytes == 24 * kMiB);
  CHECK(*host.memory_limit_hits > 100);
  // Each pass reads all of it anew.
  CHECK(*host.read_pages >= 3 * 64 * kMiB / 4096);
  CHECK(ms(process.reclaim_ns) > 1);
  CHECK(process.reclaim_ns < process.on_cpu_ns);
}

TEST_CASE("collect: with room enough nobody makes room") {
  Program program("reader", kFourPasses);
  const std::uint64_t stalled_before = stalled_allocations();
  Measurement measurement({program.pid()});
  program.go();
  program.finish();
  const ProcessWindow process = process_totals(measurement.stop());

  CHECK(process.on_cpu_ns > 0);
  if (stalled_allocations() == stalled_before) {
    CHECK(ms(process.reclaim_ns) < 1);
  } else {
    MESSAGE("not asked: this host is short of memory");
  }
}

TEST_CASE("collect: a run looks once at what the memory is") {
  Program program("spin", {"user", "5000"});
  CollectOptions options = watch_everything();
  options.duration_s = 2;
  Measurement measurement({program.pid()}, options);
  program.go();
  const Recording& recording = measurement.wait();

  std::size_t looks = 0;
  for (const Window& window : recording.windows) {
    if (window.memory.empty()) continue;
    ++looks;
    REQUIRE(window.memory.size() == 1);
    CHECK(window.memory[0].pid == program.pid());
    CHECK(window.memory[0].source == "smaps");
    CHECK(*window.memory[0].pss_bytes > 0);
    CHECK(*window.memory[0].pss_bytes <= *window.memory[0].rss_bytes);
  }
  CHECK(looks == 1);
}
