// What collections do to the answer (docs/method.md, "Garbage collection").
#include "analyze/stops.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <ostream>
#include <string>

#include "boundscope/analysis.h"
#include "support/recording_builder.h"

namespace boundscope {

std::ostream& operator<<(std::ostream& out, Bound value);
std::ostream& operator<<(std::ostream& out, Cause value);
std::ostream& operator<<(std::ostream& out, Answer value) { return out << to_string(value); }

namespace testing {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

// A Java service, 100 requests a second of 10 ms; `collecting` of its CPU time is the collector's.
RecordingBuilder java_service(double collecting) {
  return RecordingBuilder{}
      .process(10, "java", Runtime::jvm)
      .thread(10, 11, "http-1", {.on_cpu = 0.4})
      .requests(10, {.per_s = 100, .latency_ms = 10, .running = {0.8}, .idle = 0.2})
      .samples(10, "http-1", "[jit]", "", 0.4 * (1 - collecting))
      .samples(10, "GC Thread#0", "libjvm.so", "", 0.4 * collecting);
}

std::uint32_t bucket_of(double ms) {
  std::uint32_t bucket = 0;
  while (latency_bucket_lower_ns(bucket + 1) <= static_cast<std::uint64_t>(ms * 1e6)) ++bucket;
  return bucket;
}

// Probes saw a stop of `stop_ms` in every window, and `hit` of 100 requests met it.
auto stopped(double stop_ms, std::uint64_t hit) {
  return [=](Window& window, std::size_t) {
    const auto stop_ns = static_cast<std::uint64_t>(stop_ms * 1e6);
    GcTotals gc;
    gc.pid = 10;
    gc.probes = "usdt";
    gc.stops = 1;
    gc.stopped_ns = gc.longest_stop_ns = stop_ns;
    window.gc.push_back(gc);
    RequestTotals& requests = window.processes.front().requests;
    requests.stopped_ns = hit * stop_ns / 2;
    requests.in_flight_ns += requests.stopped_ns;
    requests.latency_ns += requests.stopped_ns;
    window.latencies = {{bucket_of(10), 100 - hit}, {bucket_of(10 + stop_ms), hit}};
    window.latencies_without_stops = {{bucket_of(10), 100}};
  };
}

double share_of(const Analysis& analysis, RequestComponent component) {
  for (const RequestShare& row : analysis.request_time) {
    if (row.component == component) return row.share.value;
  }
  return -1;
}

double sum_of_shares(const Analysis& analysis) {
  double sum = 0;
  for (const RequestShare& row : analysis.request_time) sum += row.share.value;
  return sum;
}

// A service of which a process has collections as `edit` says, window by window.
Analysis collecting(const std::function<void(GcTotals&, std::size_t)>& edit) {
  return analyze(java_service(0.1)
                     .each_window([&](Window& window, std::size_t i) {
                       GcTotals gc;
                       gc.pid = 10;
                       edit(gc, i);
                       window.gc.push_back(gc);
                     })
                     .build());
}

TEST_CASE("stops: time in which the program was stopped is a part of the request time") {
  const Analysis analysis = analyze(java_service(0.1).each_window(stopped(50, 5)).build());

  // 5 requests lose 25 ms each in the mean, 100 take 10 ms.
  CHECK(share_of(analysis, RequestComponent::gc_pause) == doctest::Approx(0.11).epsilon(0.1));
  CHECK(sum_of_shares(analysis) == doctest::Approx(1).epsilon(0.01));
}

TEST_CASE("stops: without anything that tells of them there is no such part") {
  const Analysis analysis = analyze(java_service(0.1).build());

  CHECK(share_of(analysis, RequestComponent::gc_pause) == -1);
  REQUIRE(analysis.gc.has_value());
  CHECK_FALSE(analysis.gc->pauses.has_value());
  CHECK(*analysis.gc->cpu_share == doctest::Approx(0.1).epsilon(0.1));
}

TEST_CASE("stops: a program that collects no garbage has no such section") {
  CHECK_FALSE(analyze(RecordingBuilder{}
                          .process(10, "nginx", Runtime::native)
                          .thread(10, 10, "nginx", {.on_cpu = 0.4})
                          .build())
                  .gc.has_value());
}

TEST_CASE("stops: what the runtime counts stands in where no probe saw them") {
  const Analysis analysis = collecting([](GcTotals& gc, std::size_t) {
    gc.source = "hsperfdata";
    gc.pauses = 2;
    gc.pause_ns = 100 * kMs;
  });

  // A tenth of the time, taken from what was thought to be computing.
  CHECK(share_of(analysis, RequestComponent::gc_pause) == doctest::Approx(0.1).epsilon(0.1));
  CHECK(share_of(analysis, RequestComponent::cpu) == doctest::Approx(0.7).epsilon(0.1));
  CHECK(sum_of_shares(analysis) == doctest::Approx(1).epsilon(0.01));
  CHECK(analysis.gc->source == "hsperfdata");
  CHECK(*analysis.gc->pauses == 60);
  CHECK(*analysis.gc->pause_share == doctest::Approx(0.1));
}

// Its threads wait on a lock for most of the time, `for_heap` of it until a concurrent collector
// has made room.
RecordingBuilder waiting_java_service(double for_heap) {
  const double waiting = 2.4;  // threads
  RecordingBuilder builder;
  builder.process(10, "java", Runtime::jvm);
  for (pid_t tid = 11; tid < 14; ++tid) {
    builder.thread(10, tid, "http", {.on_cpu = 0.13, .waits = {{WaitClass::lock, waiting / 3}}});
  }
  return builder.requests(10, {.per_s = 100, .latency_ms = 30, .running = {0.13}, .lock = {0.8}})
      .samples(10, "http", "[jit]", "", 0.1)
      .samples(10, "GC Thread#0", "libjvm.so", "", 0.3)
      .sampled_waits(10, "http", WaitClass::lock, "libjvm.so",
                     "ShenandoahPacer::wait(unsigned long)", for_heap * waiting)
      .sampled_waits(10, "http", WaitClass::lock, "libjvm.so", "ObjectMonitor::enter(JavaThread*)",
                     (1 - for_heap) * waiting);
}

TEST_CASE("stops: waiting until the collector has made room is not waiting for a lock") {
  const Analysis analysis = analyze(waiting_java_service(0.95).build());

  CHECK(share_of(analysis, RequestComponent::gc_pause) == doctest::Approx(0.8).epsilon(0.1));
  CHECK(share_of(analysis, RequestComponent::lock) < 0.1);
  CHECK(sum_of_shares(analysis) == doctest::Approx(1).epsilon(0.01));
  CHECK(analysis.verdict.bound == Bound::memory);
  CHECK(analysis.verdict.cause == Cause::gc);
}

TEST_CASE("stops: a lock of the program stays one beside a few waits for room") {
  const Analysis analysis = analyze(waiting_java_service(0.05).build());

  CHECK(share_of(analysis, RequestComponent::lock) > 0.7);
  CHECK(analysis.verdict.bound == Bound::contention);
  CHECK(analysis.verdict.cause == Cause::lock);
}

TEST_CASE("stops: who holds the program's locks is not who makes room") {
  // Half of the waits are for a connection that another request uses.
  const Analysis analysis =
      analyze(waiting_java_service(0.5).locks(10, {.running = 1.2, .upstream = 1.2}).build());

  CHECK(share_of(analysis, RequestComponent::gc_pause) == doctest::Approx(0.4).epsilon(0.1));
  CHECK(share_of(analysis, RequestComponent::lock) == doctest::Approx(0.4).epsilon(0.1));
  CHECK(sum_of_shares(analysis) == doctest::Approx(1).epsilon(0.01));
}

// What Go tells of its pauses and what probes saw of them.
Analysis go_pauses(std::uint64_t longest_told_ns, std::uint64_t longest_seen_ns) {
  return collecting([=](GcTotals& gc, std::size_t) {
    gc.source = "go-memstats";
    gc.pauses = 2;
    gc.pause_ns = 12 * kMs;
    gc.longest_pause_ns = longest_told_ns;
    gc.probes = "pclntab";
    gc.stops = 3;  // one for another reason
    gc.stopped_ns = 10 * kMs;
    gc.longest_stop_ns = longest_seen_ns;
  });
}

TEST_CASE("stops: pauses are counted as the runtime counts them, the longest is what probes saw") {
  // Of the two pauses 2 ms went into letting the program run again.
  const Analysis analysis = go_pauses(10 * kMs, 8 * kMs);

  CHECK(analysis.gc->source == "go-memstats");
  CHECK(*analysis.gc->pauses == 60);
  CHECK(*analysis.gc->pause_total_ms == doctest::Approx(360));
  CHECK(*analysis.gc->pause_max_ms == doctest::Approx(9));
  CHECK(*go_pauses(8 * kMs, 8 * kMs).gc->pause_max_ms == doctest::Approx(8));
}

TEST_CASE(
    "stops: a pause that went on after what probes saw of it is as long as the runtime says") {
  CHECK(*go_pauses(9 * kMs, 2 * kMs).gc->pause_max_ms == doctest::Approx(9));
}

TEST_CASE("stops: a pause that the runtime tells a window later is not longer for it") {
  const Analysis analysis = collecting([](GcTotals& gc, std::size_t i) {
    gc.source = "go-memstats";
    gc.pauses = 2;
    gc.pause_ns = 10 * kMs;
    gc.longest_pause_ns = i == 4 ? 9 * kMs : 1 * kMs;
    gc.probes = "pclntab";
    gc.stops = 2;
    gc.stopped_ns = 10 * kMs;
    gc.longest_stop_ns = i == 3 ? 8 * kMs : 1 * kMs;
  });

  CHECK(*analysis.gc->pause_max_ms == doctest::Approx(8));
}

TEST_CASE("stops: a pause that two windows share is in the total once, and whole") {
  const Analysis analysis = collecting([](GcTotals& gc, std::size_t i) {
    gc.source = "hsperfdata";
    gc.pauses = i == 4 ? 1 : 0;  // when it ends
    gc.pause_ns = i == 4 ? 100 * kMs : 0;
    gc.probes = "usdt";
    gc.stops = i == 4 ? 1 : 0;
    gc.stopped_ns = i == 3 ? 60 * kMs : i == 4 ? 40 * kMs : 0;
  });

  CHECK(*analysis.gc->pause_total_ms == doctest::Approx(100));
}

// A JVM reads its clock between the two probes, and writes its log after that.
TEST_CASE("stops: elsewhere the runtime's own sum of pauses lies inside of what probes saw") {
  const auto total_ms = [](std::uint64_t told_ns, std::uint64_t seen_ns) {
    const Analysis analysis = collecting([=](GcTotals& gc, std::size_t) {
      gc.source = "hsperfdata";
      gc.pauses = 2;
      gc.pause_ns = told_ns;
      gc.probes = "usdt";
      gc.stops = 2;
      gc.stopped_ns = seen_ns;
      gc.longest_stop_ns = seen_ns / 2;
    });
    return *analysis.gc->pause_total_ms;
  };
  CHECK(total_ms(10 * kMs, 12 * kMs) == doctest::Approx(300));
  CHECK(total_ms(15 * kMs, 12 * kMs) == doctest::Approx(360));  // stopping is in both of its sums
}

// It lets its threads go on before it is at the probe, and others may have its CPU then.
TEST_CASE("stops: what probes saw of a stop after the program went on is not in the longest") {
  const auto longest_ms = [](std::uint64_t pauses) {
    const Analysis analysis = collecting([=](GcTotals& gc, std::size_t i) {
      const std::uint64_t late_ns = i == 4 ? 20 * kMs : 0;
      gc.source = "hsperfdata";
      gc.pauses = pauses;
      gc.pause_ns = 30 * kMs;
      gc.probes = "usdt";
      gc.stops = 3;
      gc.ended_stops_ns = gc.stopped_ns = 33 * kMs + late_ns;
      gc.longest_stop_ns = 11 * kMs + late_ns;
    });
    return *analysis.gc->pause_max_ms;
  };
  CHECK(longest_ms(3) == doctest::Approx(10));
  CHECK(longest_ms(2) == doctest::Approx(31));  // they do not count the same stops
}

TEST_CASE("stops: a service that mostly collects is bound by memory") {
  const Analysis analysis = analyze(java_service(0.7).build());

  CHECK(analysis.verdict.bound == Bound::memory);
  CHECK(analysis.verdict.cause == Cause::gc);
  CHECK(analysis.verdict.reasons.front().code == "gc_share");
}

TEST_CASE("stops: a service whose slowest requests meet collections is bound by memory") {
  const Analysis analysis = analyze(java_service(0.1).each_window(stopped(100, 5)).build());

  CHECK(analysis.verdict.bound == Bound::memory);
  CHECK(analysis.verdict.cause == Cause::gc);
  CHECK(*analysis.load.latency_p99_ms == doctest::Approx(110).epsilon(0.05));
  CHECK(*analysis.load.latency_p99_without_stops_ms == doctest::Approx(10).epsilon(0.05));
  const Gain& tail = analysis.rewrite.to.front().tail;
  CHECK(tail.answer == Answer::plausible);
  CHECK(tail.gain->value > 5);
  CHECK(tail.reason.code == "stops_make_tail");
}

TEST_CASE("stops: with room for fewer collections the tail is its own") {
  const Analysis analysis = analyze(java_service(0.03).each_window(stopped(10, 0)).build());

  CHECK(analysis.verdict.bound == Bound::cpu);
  CHECK(analysis.rewrite.to.front().tail.answer != Answer::plausible);
}

TEST_CASE("stops: heap room is the cheaper alternative, by the name its users know") {
  const Analysis analysis = analyze(java_service(0.7).build());

  const auto room =
      std::find_if(analysis.alternatives.begin(), analysis.alternatives.end(),
                   [](const Alternative& row) { return row.action == "more_heap_room"; });
  REQUIRE(room != analysis.alternatives.end());
  CHECK(room->subject == "-Xmx");
  CHECK(room->gain.value > 1.2);
}

TEST_CASE("stops: no more heap room where the limit has none, whether the heap is known or not") {
  const auto offered = [](double heap_mb, double rss_mb, double limit_mb) {
    constexpr double kMiB = 1 << 20;
    Recording recording = java_service(0.7)
                              .each_window([=](Window& window, std::size_t) {
                                window.host.rss_bytes = static_cast<std::uint64_t>(rss_mb * kMiB);
                                for (GcTotals& gc : window.gc)
                                  if (heap_mb > 0)
                                    gc.heap_capacity_bytes =
                                        static_cast<std::uint64_t>(heap_mb * kMiB);
                              })
                              .build();
    recording.header.memory_limit_bytes = static_cast<std::uint64_t>(limit_mb * kMiB);
    const Analysis analysis = analyze(recording);
    return std::any_of(analysis.alternatives.begin(), analysis.alternatives.end(),
                       [](const Alternative& row) { return row.action == "more_heap_room"; });
  };

  CHECK(offered(550, 650, 4096));
  CHECK_FALSE(offered(550, 650, 1024));
  CHECK_FALSE(offered(0, 495, 500));
  CHECK(offered(0, 495, 1000));
}

TEST_CASE("stops: the collector's CPU time inside of its stops is not counted again") {
  const auto only_in_stops = [](Window& window, std::size_t) {
    ProcessWindow& process = window.processes.front();
    process.stopped_running_ns = process.on_cpu_ns / 2;
    GcTotals gc;
    gc.pid = 10;
    gc.stops = 1;
    gc.stopped_ns = 10 * kMs;
    window.gc.push_back(gc);
  };
  const Analysis analysis = analyze(java_service(0.5).each_window(only_in_stops).build());

  CHECK(analysis.verdict.bound == Bound::cpu);
}

TEST_CASE("stops: goroutines that wait for a lock are on no thread, their runtime counts them") {
  const Analysis analysis = analyze(
      RecordingBuilder{}
          .process(10, "api", Runtime::go)
          .thread(10, 11, "api", {.on_cpu = 0.5})
          .requests(10, {.per_s = 200, .latency_ms = 20, .running = {0.12}, .behind_running = 0.88})
          .samples(10, "api", "api", "main.handle", 0.5)
          .each_window([](Window& window, std::size_t) {
            GcTotals gc;
            gc.pid = 10;
            gc.source = "go-memstats";
            gc.mutex_wait_ns = 3400 * kMs;  // of 4 s in flight
            window.gc.push_back(gc);
          })
          .build());

  CHECK(analysis.verdict.bound == Bound::contention);
  CHECK(analysis.verdict.cause == Cause::lock);
}

}  // namespace
}  // namespace testing
}  // namespace boundscope
