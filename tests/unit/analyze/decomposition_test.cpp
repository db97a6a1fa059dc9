// Where request time goes, and what is known about the load.
#include <doctest/doctest.h>

#include <algorithm>

#include "analyze/memory.h"
#include "services.h"

namespace boundscope::testing {
namespace {

const RequestShare& row_of(const Analysis& analysis, RequestComponent component) {
  const auto found =
      std::find_if(analysis.request_time.begin(), analysis.request_time.end(),
                   [=](const RequestShare& row) { return row.component == component; });
  REQUIRE(found != analysis.request_time.end());
  return *found;
}

double share_of(const Analysis& analysis, RequestComponent component) {
  return row_of(analysis, component).share.value;
}

const Caveat* find_caveat(const Analysis& analysis, std::string_view code) {
  for (const Caveat& caveat : analysis.caveats) {
    if (caveat.code == code) return &caveat;
  }
  return nullptr;
}

// A service without noise, so that shares can be compared.
RecordingBuilder service(RequestMix mix, ThreadMix thread = {.on_cpu = 0.3},
                         Runtime runtime = Runtime::native) {
  return RecordingBuilder{}
      .noise(0)
      .process(10, "web", runtime)
      .thread(10, 11, "web", thread)
      .thread(10, 12, "web", thread)
      .requests(10, mix);
}

TEST_CASE("decomposition: shares are those of the request time and the transfer together") {
  const Analysis analysis = analyze(
      service({.per_s = 100, .latency_ms = 10, .running = {0.5}, .upstream = {0.5}, .transfer = 1})
          .build());

  CHECK(share_of(analysis, RequestComponent::cpu) == doctest::Approx(0.25));
  CHECK(share_of(analysis, RequestComponent::upstream) == doctest::Approx(0.25));
  CHECK(share_of(analysis, RequestComponent::transfer) == doctest::Approx(0.5));
}

TEST_CASE("decomposition: bounds of the attribution are in the interval") {
  const Analysis analysis = analyze(
      service(
          {.per_s = 100, .latency_ms = 10, .running = {0.4, 0.3, 0.4}, .upstream = {0.6, 0.6, 0.7}})
          .build());

  CHECK(row_of(analysis, RequestComponent::cpu).share.low == doctest::Approx(0.3));
  CHECK(row_of(analysis, RequestComponent::upstream).share.high == doctest::Approx(0.7));
}

TEST_CASE("decomposition: the queue at the socket is at most what nobody worked on") {
  const Analysis analysis = analyze(service({.per_s = 100,
                                             .latency_ms = 10,
                                             .running = {0.7},
                                             .behind_running = 0.3,
                                             .socket_queue = 0.5})
                                        .build());

  CHECK(share_of(analysis, RequestComponent::socket_queue) == doctest::Approx(0.3));
  CHECK(share_of(analysis, RequestComponent::unattributed) == doctest::Approx(0));
}

TEST_CASE("decomposition: throttled time is split from the run queue") {
  const Analysis analysis =
      analyze(service({.per_s = 100, .latency_ms = 10, .running = {0.6}, .runnable = {0.4}},
                      {.on_cpu = 0.3, .preempted = 0.1, .throttled = 0.3})
                  .build());

  CHECK(share_of(analysis, RequestComponent::run_queue) == doctest::Approx(0.1));
  CHECK(share_of(analysis, RequestComponent::throttled) == doctest::Approx(0.3));
}

TEST_CASE("decomposition: without a hook for throttling the cgroup's clock splits it") {
  const Analysis analysis =
      analyze(service({.per_s = 100, .latency_ms = 10, .running = {0.6}, .runnable = {0.4}},
                      {.on_cpu = 0.3, .preempted = 0.4})
                  .each_window([](Window& window, std::size_t) {
                    window.host.cgroup_throttled_ns = window.duration_ns * 6 / 10;
                  })
                  .build());

  CHECK(share_of(analysis, RequestComponent::throttled) == doctest::Approx(0.3));
}

TEST_CASE("decomposition: page faults are split from the disk") {
  const Analysis analysis = analyze(
      service({.per_s = 100, .latency_ms = 10, .running = {0.2}, .disk = {0.8}},
              {.on_cpu = 0.1, .waits = {{WaitClass::disk_read, 0.3}, {WaitClass::memory, 0.1}}})
          .build());

  CHECK(share_of(analysis, RequestComponent::disk) == doctest::Approx(0.6));
  CHECK(share_of(analysis, RequestComponent::paging) == doctest::Approx(0.2));
  CHECK(row_of(analysis, RequestComponent::disk).detail.front().name == "read");
}

TEST_CASE("decomposition: what runs without requests is no part of them") {
  const RequestMix mix{.per_s = 100,
                       .latency_ms = 5,
                       .running = {0.4},
                       .upstream = {0.6},
                       .idle = 0.5,
                       .background_running = 0.1};

  const Analysis analysis = analyze(service(mix, {.on_cpu = 0.125}).build());

  // 0.1 of a thread beside half a second of requests each second: 0.05 of 0.5.
  CHECK(share_of(analysis, RequestComponent::cpu) == doctest::Approx(0.3));
  CHECK(row_of(analysis, RequestComponent::cpu).share.high == doctest::Approx(0.4));
}

TEST_CASE("decomposition: what a lone thread does after an answer is no background") {
  const Analysis analysis = analyze(redis_one_client().noise(0).build());

  CHECK(share_of(analysis, RequestComponent::cpu) == doctest::Approx(0.88));
}

TEST_CASE("decomposition: threads parked in futexes while idle are no lock waits") {
  const Analysis analysis = analyze(service({.per_s = 100,
                                             .latency_ms = 5,
                                             .running = {0.3},
                                             .lock = {0.3, 0.3, 0.5},
                                             .idle = 0.5,
                                             .background_lock = 4})
                                        .build());

  CHECK(share_of(analysis, RequestComponent::lock) == 0);
  CHECK(share_of(analysis, RequestComponent::unattributed) == doctest::Approx(0.7));
}

TEST_CASE("decomposition: a request with a call open waits for the call, not for a lock") {
  const Analysis analysis = analyze(service({.per_s = 100,
                                             .latency_ms = 10,
                                             .running = {0.1},
                                             .lock = {0.4, 0, 0.5},
                                             .upstream = {0.5, 0.4, 0.9}},
                                            {.on_cpu = 0.05})
                                        .build());

  CHECK(share_of(analysis, RequestComponent::upstream) == doctest::Approx(0.9));
  CHECK(share_of(analysis, RequestComponent::lock) == doctest::Approx(0));
}

TEST_CASE("decomposition: long polls are taken out of the request time") {
  const Analysis analysis =
      analyze(service({.per_s = 100, .latency_ms = 10, .running = {0.5}, .upstream = {0.5}})
                  .each_window([](Window& window, std::size_t) {
                    RequestTotals& requests = window.processes[0].requests;
                    requests.in_flight_ns += window.duration_ns;
                    requests.behind_nothing_ns += window.duration_ns;
                    requests.long_poll_ns = window.duration_ns;
                  })
                  .build());

  CHECK(share_of(analysis, RequestComponent::cpu) == doctest::Approx(0.5));
  CHECK(*analysis.load.in_flight == doctest::Approx(1));
  CHECK(find_caveat(analysis, "little_mismatch") == nullptr);
}

TEST_CASE("decomposition: a process behind another stands in for the wait for it") {
  const Analysis analysis = analyze(
      RecordingBuilder{}
          .noise(0)
          .process(10, "nginx")
          .thread(10, 10, "nginx", {.on_cpu = 0.05})
          .requests(10, {.per_s = 100, .latency_ms = 10, .running = {0.1}, .upstream = {0.9}})
          .upstream(10, "unix:/run/php.sock", {.calls_per_s = 100, .latency_ms = 9})
          .process(11, "php-fpm", Runtime::php)
          .thread(11, 11, "php-fpm", {.on_cpu = 0.3})
          .requests(11, {.per_s = 100, .latency_ms = 9, .running = {0.4}, .upstream = {0.6}})
          .upstream(11, "10.0.0.5:5432", {.calls_per_s = 100, .latency_ms = 5})
          .build());

  CHECK(*analysis.load.requests_per_s == doctest::Approx(100));
  CHECK(share_of(analysis, RequestComponent::cpu) == doctest::Approx(0.1 + 0.9 * 0.4));
  CHECK(share_of(analysis, RequestComponent::upstream) == doctest::Approx(0.9 * 0.6));
  const auto& peers = row_of(analysis, RequestComponent::upstream).detail;
  REQUIRE(peers.size() == 1);
  CHECK(peers.front().name == "10.0.0.5:5432");
}

TEST_CASE("decomposition: windows that were not observed change nothing but the caveat") {
  Recording recording = go_upstream().noise(0).build();
  const Analysis all = analyze(recording);
  for (std::size_t i = 0; i < recording.windows.size(); i += 2) {
    Window& window = recording.windows[i];
    window.observed_ns = 0;
    window.processes = {};
    window.threads = {};
    window.upstreams = {};
    window.latencies = {};
  }

  const Analysis half = analyze(recording);

  CHECK(half.verdict.cause == all.verdict.cause);
  CHECK(*half.load.requests_per_s == doctest::Approx(*all.load.requests_per_s));
  CHECK(half.load.cpu_cores == doctest::Approx(all.load.cpu_cores));
  CHECK(*find_caveat(half, "duty_cycled")->value == doctest::Approx(0.5));
}

TEST_CASE("load: mean and median latency are those of the finished requests") {
  const Analysis analysis =
      analyze(service({.per_s = 100, .latency_ms = 10, .running = {1}}).build());

  CHECK(*analysis.load.latency_mean_ms == doctest::Approx(10));
  CHECK(*analysis.load.latency_p50_ms == doctest::Approx(10).epsilon(0.07));
  CHECK(*analysis.load.latency_p99_ms == doctest::Approx(10).epsilon(0.07));
}

TEST_CASE("load: the 99th percentile needs a thousand requests") {
  const Analysis analysis =
      analyze(service({.per_s = 20, .latency_ms = 10, .running = {1}}).build());

  CHECK(analysis.load.latency_p50_ms.has_value());
  CHECK_FALSE(analysis.load.latency_p99_ms.has_value());
}

TEST_CASE("load: the busiest thread is on CPU or wants to be") {
  const Analysis analysis = analyze(redis_saturated().noise(0).build());

  CHECK(*analysis.load.busiest_thread_share == doctest::Approx(0.98));
  CHECK(analysis.load.busiest_thread == "redis-server");
}

TEST_CASE("caveats: Little's law is held against the measured latency") {
  const Analysis analysis = analyze(service({.per_s = 100, .latency_ms = 10, .running = {1}})
                                        .each_window([](Window& window, std::size_t) {
                                          window.processes[0].requests.latency_ns /= 2;
                                        })
                                        .build());

  REQUIRE(find_caveat(analysis, "little_mismatch") != nullptr);
  CHECK(*find_caveat(analysis, "little_mismatch")->value > 0.9);
}

TEST_CASE("caveats: samples are held against the scheduler's CPU time") {
  const auto sampled = [](double cores) {
    return analyze(service({.per_s = 100, .latency_ms = 10, .running = {1}}, {.on_cpu = 0.5})
                       .samples(10, "web", "web", "work", cores)
                       .build());
  };

  CHECK(find_caveat(sampled(1.0), "samples_disagree") == nullptr);
  REQUIRE(find_caveat(sampled(0.8), "samples_disagree") != nullptr);
  CHECK(*find_caveat(sampled(0.8), "samples_disagree")->value ==
        doctest::Approx(0.8).epsilon(0.02));
}

TEST_CASE("caveats: CPU time beside requests is named where no idle time explains it") {
  const Analysis analysis =
      analyze(service({.per_s = 100, .latency_ms = 10, .running = {0.1}, .upstream = {0.9}},
                      {.on_cpu = 0.5})
                  .build());

  CHECK(find_caveat(analysis, "background_unknown") != nullptr);
}

TEST_CASE("memory: the slope does not follow single jumps") {
  std::vector<double> x;
  std::vector<double> y;
  for (int i = 0; i < 20; ++i) {
    x.push_back(i);
    y.push_back(3.0 * i + (i == 10 ? 1e6 : 0));
  }

  CHECK(theil_sen(x, y).value == doctest::Approx(3));
}

TEST_CASE("memory: the last level and what was not measured") {
  const Analysis analysis = analyze(go_upstream().build());

  CHECK(*analysis.memory.rss_bytes == doctest::Approx(100 << 20));
  CHECK(*analysis.memory.rss_slope_bytes_per_s == doctest::Approx(0));
  CHECK_FALSE(analysis.memory.limit_bytes.has_value());
  CHECK_FALSE(analysis.memory.major_faults_per_s.has_value());
}

TEST_CASE("rewrite: waiting upstream is not what a rewrite changes") {
  const Analysis analysis = analyze(go_upstream().build());

  CHECK(analysis.rewrite.to.front().latency.answer == Answer::unlikely);
  CHECK(analysis.rewrite.to.front().latency.gain->high < 1.1);
  CHECK(analysis.rewrite.answer == Answer::unlikely);
}

TEST_CASE("rewrite: a native program is never told to be rewritten") {
  const Analysis analysis = analyze(postgres_select().build());

  CHECK(analysis.rewrite.answer != Answer::plausible);
  CHECK(std::count(analysis.rewrite.assumes.begin(), analysis.rewrite.assumes.end(),
                   "already_native") == 1);
}

TEST_CASE("alternatives: a cache that answers half the calls halves the wait") {
  const Analysis analysis = analyze(nginx_proxy().build());

  const Alternative& cache = analysis.alternatives.front();
  CHECK(cache.subject == "127.0.0.1:9000");
  CHECK(cache.gain.value == doctest::Approx(1 / (1 - 0.99 / 2)).epsilon(0.05));
  CHECK(cache.parameter == 0.5);
}

TEST_CASE("alternatives: workers for a small pool, processes for a full loop") {
  const auto first = [](const Recording& recording) {
    const Analysis analysis = analyze(recording);
    const auto& rows = analysis.alternatives;
    return std::find_if(rows.begin(), rows.end(),
                        [](const Alternative& row) { return row.action != "rewrite"; })
        ->action;
  };

  CHECK(first(small_pool().build()) == "more_workers");
  CHECK(first(node_saturated().build()) == "more_processes");
  CHECK(first(mutex_fight().build()) == "fix_lock");
  CHECK(first(postgres_fsync().build()) == "fewer_syncs");
}

}  // namespace
}  // namespace boundscope::testing
