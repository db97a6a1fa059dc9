// How short of memory a target is, what its memory is, and what that suggests.
#include "analyze/memory.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "boundscope/analysis.h"
#include "unit/analyze/answers.h"
#include "unit/analyze/services.h"

using namespace boundscope;
using namespace boundscope::testing;

namespace {

constexpr double kMiB = 1024 * 1024;

std::uint64_t mib(double value) { return static_cast<std::uint64_t>(value * kMiB); }

bool has_reason(const Analysis& analysis, std::string_view code) {
  const auto& reasons = analysis.verdict.reasons;
  return std::any_of(reasons.begin(), reasons.end(),
                     [&](const Reason& reason) { return reason.code == code; });
}

MemoryTotals looked_at(pid_t pid, double rss, double pss, double unshared) {
  MemoryTotals row;
  row.pid = pid;
  row.source = "smaps";
  row.rss_bytes = mib(rss);
  row.pss_bytes = mib(pss);
  row.private_bytes = mib(unshared);
  row.anonymous_bytes = mib(pss / 2);
  row.stack_bytes = mib(pss / 8);
  row.code_bytes = mib(pss / 4);
  row.file_bytes = mib(pss / 8);
  row.shmem_bytes = 0;
  return row;
}

// A batch job that waits for pages, at a limit of 1 GiB.
RecordingBuilder paging() {
  return sorting(WaitClass::page_fault).each_window([](Window& window, std::size_t) {
    window.host.rss_bytes = mib(1000);
    window.host.memory_usage_bytes = mib(1020);
    window.host.memory_limit_bytes = mib(1024);
    window.host.memory_limit_hits = 50;
  });
}

}  // namespace

TEST_CASE("memory: the slope of a leak lies in its interval, that of noise holds zero") {
  std::vector<double> x, leak, noise;
  for (int i = 0; i < 30; ++i) {
    const double jitter = ((i * 7919) % 13 - 6) * 0.5;
    x.push_back(i);
    leak.push_back(100 + 5.0 * i + jitter);
    noise.push_back(100 + jitter);
  }

  const Estimate growing = theil_sen(x, leak);
  CHECK(growing.value == doctest::Approx(5).epsilon(0.05));
  CHECK(growing.low > 4);
  CHECK(growing.high < 6);
  CHECK(growing.low <= 5);
  CHECK(growing.high >= 5);
  const Estimate still = theil_sen(x, noise);
  CHECK(still.low <= 0);
  CHECK(still.high >= 0);
  CHECK(theil_sen({}, {}).value == 0);
}

TEST_CASE("memory: a leak says when the limit is reached, page cache aside") {
  const Analysis analysis = analyze(go_upstream()
                                        .each_window([](Window& window, std::size_t i) {
                                          window.host.rss_bytes =
                                              mib(500 + 2.0 * static_cast<double>(i));
                                          window.host.memory_usage_bytes = mib(900);
                                          window.host.page_cache_bytes = mib(300);
                                          window.host.memory_limit_bytes = mib(1000);
                                        })
                                        .build());

  CHECK(*analysis.memory.rss_slope_bytes_per_s == doctest::Approx(2 * kMiB).epsilon(0.01));
  CHECK(*analysis.memory.limit_reached_in_s == doctest::Approx(400 / 2.0).epsilon(0.02));
  CHECK(has_caveat(analysis, "memory_grows"));
}

TEST_CASE("memory: without a limit, or without growth, no limit is reached") {
  const Analysis no_limit = analyze(go_upstream()
                                        .each_window([](Window& window, std::size_t i) {
                                          window.host.rss_bytes =
                                              mib(500 + 2.0 * static_cast<double>(i));
                                        })
                                        .build());
  const Analysis still = analyze(go_upstream()
                                     .each_window([](Window& window, std::size_t i) {
                                       window.host.rss_bytes = mib(500) + i % 3;
                                       window.host.memory_limit_bytes = mib(1000);
                                     })
                                     .build());

  CHECK_FALSE(no_limit.memory.limit_reached_in_s.has_value());
  CHECK_FALSE(still.memory.limit_reached_in_s.has_value());
  CHECK_FALSE(has_caveat(still, "memory_grows"));
}

TEST_CASE("memory: killed processes are told whatever the bound is") {
  CHECK(has_caveat(analyze(go_upstream()
                               .each_window([](Window& window, std::size_t i) {
                                 window.host.oom_kills = i == 5 ? 1 : 0;
                               })
                               .build()),
                   "oom_killed"));
  CHECK_FALSE(has_caveat(analyze(go_upstream().build()), "oom_killed"));
}

TEST_CASE("memory: at its limit without growth, a higher limit is suggested; with it, a leak") {
  const Analysis still = analyze(paging().build());
  CHECK(still.verdict.cause == Cause::capacity);
  CHECK(has_reason(still, "at_memory_limit"));
  CHECK(has_reason(still, "limit_hits"));
  CHECK(has_reason(still, "suggests_limit"));
  CHECK_FALSE(has_reason(still, "suggests_leak"));

  const Analysis growing = analyze(paging()
                                       .each_window([](Window& window, std::size_t i) {
                                         window.host.rss_bytes =
                                             mib(900 + 3.0 * static_cast<double>(i));
                                       })
                                       .build());
  CHECK(has_reason(growing, "suggests_leak"));
  CHECK_FALSE(has_reason(growing, "suggests_limit"));
}

TEST_CASE("memory: making room on the CPU is paging, not computing") {
  const Analysis analysis = analyze(compressing()
                                        .each_window([](Window& window, std::size_t) {
                                          for (ProcessWindow& process : window.processes) {
                                            process.reclaim_ns = process.on_cpu_ns * 7 / 10;
                                            process.running_any_ns =
                                                process.on_cpu_ns - process.reclaim_ns;
                                          }
                                          for (ThreadWindow& thread : window.threads)
                                            thread.reclaim_ns = thread.on_cpu_ns * 7 / 10;
                                        })
                                        .build());

  CHECK(analysis.verdict.bound == Bound::memory);
  CHECK(analysis.verdict.cause == Cause::capacity);
  CHECK(*analysis.memory.reclaim_cpu_share == doctest::Approx(0.7).epsilon(0.02));
  CHECK(has_reason(analysis, "reclaim_share"));
}

TEST_CASE("memory: only what is read again after its eviction is memory, the rest is disk") {
  const auto reading = [](std::uint64_t refaults, std::uint64_t read_pages) {
    return analyze(sorting(WaitClass::disk_read)
                       .each_window([=](Window& window, std::size_t) {
                         window.host.refaults = refaults;
                         window.host.read_pages = read_pages;
                         window.host.memory_usage_bytes = 990;
                         window.host.memory_limit_bytes = 1000;
                       })
                       .build())
        .verdict;
  };

  CHECK(reading(5000, 5000).cause == Cause::capacity);
  CHECK(reading(500, 50000).cause == Cause::disk);  // a scan at a full cache
}

TEST_CASE("memory: a short host shows in reads of what was evicted, without a limit") {
  const Analysis analysis = analyze(sorting(WaitClass::disk_read)
                                        .each_window([](Window& window, std::size_t) {
                                          window.host.refaults = 5000;
                                          window.host.read_pages = 5100;
                                        })
                                        .build());

  CHECK(analysis.verdict.cause == Cause::capacity);
}

TEST_CASE(
    "memory: the CPU time of major faults is paging, that of reads as far as they are rereads") {
  const auto reading = [](const char* symbol, std::uint64_t refaults) {
    return analyze(RecordingBuilder{}
                       .process(10, "search")
                       .thread(10, 11, "search",
                               {.on_cpu = 0.6, .waits = {{WaitClass::disk_read, 0.3}}})
                       .samples(10, "search", "[kernel]", symbol, 0.5)
                       .samples(10, "search", "search", "score", 0.1)
                       .each_window([=](Window& window, std::size_t) {
                         window.host.refaults = refaults;
                         window.host.read_pages = 5000;
                         window.host.memory_usage_bytes = 990;
                         window.host.memory_limit_bytes = 1000;
                       })
                       .build())
        .verdict;
  };

  CHECK(reading("filemap_fault", 0).cause == Cause::capacity);
  CHECK(reading("page_cache_ra_unbounded", 5000).cause == Cause::capacity);
  CHECK(reading("page_cache_ra_unbounded", 0).bound == Bound::cpu);
  CHECK(reading("filemap_read", 5000).bound == Bound::cpu);  // it copies what is there
}

TEST_CASE("footprint: workers share most of their pages, and that counts once") {
  const Analysis analysis = analyze(go_upstream()
                                        .each_window([](Window& window, std::size_t i) {
                                          if (i != 7) return;
                                          for (pid_t pid = 1; pid <= 4; ++pid)
                                            window.memory.push_back(looked_at(pid, 120, 45, 20));
                                        })
                                        .build());
  const MemorySummary& memory = analysis.memory;

  CHECK(memory.footprint_source == "smaps");
  CHECK(*memory.processes == 4);
  CHECK(*memory.pss_bytes == doctest::Approx(180 * kMiB));
  CHECK(*memory.private_bytes == doctest::Approx(80 * kMiB));
  CHECK(*memory.shared_bytes == doctest::Approx(100 * kMiB));
  CHECK(*memory.worker_bytes == doctest::Approx(20 * kMiB));
  CHECK(*memory.allocator_bytes == doctest::Approx(90 * kMiB));
  CHECK(*memory.stack_bytes == doctest::Approx(22.5 * kMiB));
}

// Whose size alone is known.
MemoryTotals not_looked_at(pid_t pid, double rss) {
  MemoryTotals row;
  row.pid = pid;
  row.source = "statm";
  row.rss_bytes = mib(rss);
  row.missing = "no time";
  return row;
}

TEST_CASE("footprint: workers that were not looked at are like those that were") {
  const Analysis analysis = analyze(go_upstream()
                                        .each_window([](Window& window, std::size_t i) {
                                          if (i != 7) return;
                                          window.memory.push_back(looked_at(1, 120, 45, 20));
                                          for (pid_t pid = 2; pid <= 4; ++pid)
                                            window.memory.push_back(not_looked_at(pid, 120));
                                        })
                                        .build());

  CHECK(*analysis.memory.pss_bytes == doctest::Approx(180 * kMiB));
  CHECK(*analysis.memory.private_bytes == doctest::Approx(80 * kMiB));
  CHECK(analysis.memory.footprint_missing == "no time");
}

TEST_CASE("footprint: workers that were not looked at are not like their parent") {
  const Analysis analysis = analyze(go_upstream()
                                        .each_window([](Window& window, std::size_t i) {
                                          if (i != 7) return;
                                          window.memory.push_back(looked_at(2, 120, 40, 20));
                                          window.memory.push_back(looked_at(1, 100, 20, 0));
                                          window.memory.push_back(not_looked_at(3, 120));
                                          window.memory.push_back(not_looked_at(4, 120));
                                        })
                                        .build());

  CHECK(*analysis.memory.pss_bytes == doctest::Approx(140 * kMiB));
  CHECK(*analysis.memory.private_bytes == doctest::Approx(60 * kMiB));
}

TEST_CASE("footprint: the heap's headroom, and what is not heap") {
  const Analysis analysis =
      analyze(go_upstream()
                  .each_window([](Window& window, std::size_t i) {
                    GcTotals gc;
                    gc.pid = window.processes.front().pid;
                    gc.source = "go-memstats";
                    gc.live_heap_bytes = mib(30);
                    gc.heap_capacity_bytes = mib(70);
                    window.gc = {gc};
                    if (i == 3) window.memory.push_back(looked_at(gc.pid, 200, 200, 180));
                  })
                  .build());

  CHECK(*analysis.memory.heap_headroom_bytes == doctest::Approx(40 * kMiB));
  CHECK(*analysis.memory.allocator_bytes == doctest::Approx(30 * kMiB));
}

TEST_CASE("footprint: nothing looked at is nothing known") {
  const MemorySummary memory = analyze(go_upstream().build()).memory;

  CHECK(memory.footprint_source.empty());
  CHECK_FALSE(memory.pss_bytes.has_value());
  CHECK_FALSE(memory.heap_headroom_bytes.has_value());
  CHECK_FALSE(memory.reclaim_cpu_share.value_or(0) > 0);
  CHECK_FALSE(memory.limit_hits_per_s.has_value());
}
