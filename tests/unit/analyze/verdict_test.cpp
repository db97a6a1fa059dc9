// The rows of the acceptance table and the rules of docs/method.md, on recordings built in memory.
#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <string>

#include "services.h"
#include "unit/analyze/answers.h"

namespace boundscope {

std::ostream& operator<<(std::ostream& out, Bound value) { return out << to_string(value); }
std::ostream& operator<<(std::ostream& out, Cause value) { return out << to_string(value); }

namespace testing {
namespace {

double share_of(const Analysis& analysis, RequestComponent component) {
  for (const RequestShare& row : analysis.request_time) {
    if (row.component == component) return row.share.value;
  }
  return 0;
}

const Reason* find_reason(const Analysis& analysis, std::string_view code) {
  for (const Reason& reason : analysis.verdict.reasons) {
    if (reason.code == code) return &reason;
  }
  return nullptr;
}

void check_verdict(const Analysis& analysis, Bound bound, Cause cause) {
  for (const Reason& reason : analysis.verdict.reasons) {
    INFO(reason.code << " " << reason.value << " " << reason.subject);
  }
  CHECK(analysis.verdict.bound == bound);
  CHECK(analysis.verdict.cause == cause);
  if (bound == Bound::inconclusive) return;
  CHECK(analysis.verdict.confidence >= 0.8);
  CHECK(analysis.verdict.confidence <= 0.99);
  CHECK_FALSE(analysis.verdict.reasons.empty());
}

TEST_CASE("analyze: redis with 50 clients is bound by its only thread") {
  const Analysis analysis = analyze(redis_saturated().build());

  check_verdict(analysis, Bound::cpu, Cause::single_thread);
  CHECK(share_of(analysis, RequestComponent::socket_queue) == doctest::Approx(0.93).epsilon(0.03));
  CHECK(find_reason(analysis, "loop_saturated")->subject == "redis-server");
}

TEST_CASE("analyze: redis with one client is bound by the kernel") {
  const Analysis analysis = analyze(redis_one_client().build());

  check_verdict(analysis, Bound::cpu, Cause::kernel);
  CHECK(share_of(analysis, RequestComponent::cpu) == doctest::Approx(0.88).epsilon(0.05));
}

TEST_CASE("analyze: nginx that fills the machine is bound by the kernel, not by a thread") {
  const Analysis analysis = analyze(nginx_saturated().build());

  check_verdict(analysis, Bound::cpu, Cause::kernel);
  CHECK(find_reason(analysis, "machine_full") != nullptr);
}

TEST_CASE("analyze: a proxy waits for its upstream, which is named") {
  const Analysis analysis = analyze(nginx_proxy().build());

  check_verdict(analysis, Bound::io, Cause::upstream);
  CHECK(share_of(analysis, RequestComponent::upstream) >= 0.95);
  CHECK(analysis.verdict.reasons.front().subject == "127.0.0.1:9000");
  CHECK(analysis.rewrite.answer == Answer::unlikely);
  CHECK(analysis.alternatives.front().action == "cache_upstream");
}

TEST_CASE("analyze: idle threads of Go in futexes are no lock waits of requests") {
  const Analysis analysis = analyze(go_upstream().build());

  check_verdict(analysis, Bound::io, Cause::upstream);
  CHECK(share_of(analysis, RequestComponent::lock) == 0);
  CHECK(share_of(analysis, RequestComponent::upstream) >= 0.95);
}

TEST_CASE("analyze: Go computing below capacity is bound by the language") {
  const Analysis analysis = analyze(go_computing().build());

  check_verdict(analysis, Bound::cpu, Cause::language);
  CHECK(analysis.rewrite.answer == Answer::plausible);
}

TEST_CASE("analyze: requests behind a multiplexed connection wait upstream, not for a worker") {
  const Analysis analysis = analyze(node_redis().build());

  check_verdict(analysis, Bound::io, Cause::upstream);
  CHECK(share_of(analysis, RequestComponent::upstream) > 0.7);
  CHECK(find_reason(analysis, "upstream_multiplexed") != nullptr);
}

TEST_CASE("analyze: a saturated Node loop is bound by a single thread") {
  const Analysis analysis = analyze(node_saturated().build());

  check_verdict(analysis, Bound::cpu, Cause::single_thread);
}

TEST_CASE("analyze: waits for the interpreter lock are a single thread, not a lock") {
  const Analysis analysis = analyze(python_threads().build());

  check_verdict(analysis, Bound::cpu, Cause::single_thread);
  CHECK(find_reason(analysis, "interpreter_lock")->subject == "cpython");
}

TEST_CASE("analyze: threads under an interpreter lock are one thread wherever they queue") {
  check_verdict(analyze(python_threads_on_one_cpu().build()), Bound::cpu, Cause::single_thread);
  // More of them than there are threads: more threads would not help.
  check_verdict(analyze(python_threads_on_one_cpu(0.87).build()), Bound::cpu, Cause::single_thread);
}

TEST_CASE("analyze: calls that take two sends each are not a shared connection") {
  const Analysis analysis = analyze(
      small_pool()
          .upstream(80, "10.0.0.8:80", {.calls_per_s = 160, .latency_ms = 50, .resends_per_s = 160})
          .build());

  check_verdict(analysis, Bound::contention, Cause::pool);
}

TEST_CASE("analyze: answers that Nagle's algorithm holds back are a caveat") {
  Recording recording = nginx_proxy().build();
  for (Window& window : recording.windows) {
    for (ProcessWindow& process : window.processes) {
      process.requests.held_back = process.requests.finished;
    }
  }

  const Analysis analysis = analyze(recording);

  CHECK(std::any_of(analysis.caveats.begin(), analysis.caveats.end(),
                    [](const Caveat& caveat) { return caveat.code == "held_back"; }));
}

TEST_CASE("analyze: PostgreSQL reading from its cache is bound by the CPU") {
  check_verdict(analyze(postgres_select().build()), Bound::cpu, Cause::language);
}

TEST_CASE("analyze: backends that wait for the one that syncs are bound by the disk") {
  const Analysis analysis = analyze(postgres_fsync().build());

  check_verdict(analysis, Bound::io, Cause::disk);
  CHECK(analysis.verdict.reasons.front().subject == "sync");
  CHECK(find_reason(analysis, "disk_behind_locks") != nullptr);
  CHECK(share_of(analysis, RequestComponent::lock) > 0.4);
}

TEST_CASE("analyze: threads that fight over a mutex are bound by the lock") {
  check_verdict(analyze(mutex_fight().build()), Bound::contention, Cause::lock);
}

TEST_CASE("analyze: requests queueing for workers that wait upstream are bound by the pool") {
  const Analysis analysis = analyze(small_pool().build());

  check_verdict(analysis, Bound::contention, Cause::pool);
  CHECK(find_reason(analysis, "workers_wait_upstream")->subject == "10.0.0.9:80");
  CHECK(share_of(analysis, RequestComponent::upstream) == doctest::Approx(0.123).epsilon(0.1));
}

TEST_CASE("analyze: parked threads without load are idle") {
  const Analysis analysis = analyze(parked_threads().build());

  check_verdict(analysis, Bound::idle, Cause::none);
  CHECK(analysis.rewrite.answer == Answer::inconclusive);
}

TEST_CASE("analyze: one request a second is idle") {
  const Analysis analysis = analyze(
      RecordingBuilder{}
          .process(10, "web")
          .thread(10, 10, "web", {.on_cpu = 0.002})
          .requests(
              10, {.per_s = 1, .latency_ms = 4, .running = {0.4}, .upstream = {0.6}, .idle = 0.99})
          .build());

  check_verdict(analysis, Bound::idle, Cause::none);
}

TEST_CASE("analyze: a long poll in the background is idle") {
  const Analysis analysis = analyze(RecordingBuilder{}
                                        .process(10, "web")
                                        .thread(10, 10, "web", {.on_cpu = 0.0005})
                                        .each_window([](Window& window, std::size_t) {
                                          RequestTotals& requests = window.processes[0].requests;
                                          requests.idle_ns = 0;
                                          requests.in_flight_ns = requests.behind_nothing_ns =
                                              window.observed_ns;
                                          requests.long_poll_ns = window.observed_ns;
                                          requests.long_polls = 1;
                                        })
                                        .build());

  check_verdict(analysis, Bound::idle, Cause::none);
  CHECK(has_caveat(analysis, "long_polls"));
}

TEST_CASE("analyze: a service out of CPU quota is starved") {
  const Analysis analysis = analyze(quota().build());

  check_verdict(analysis, Bound::cpu, Cause::starved);
  CHECK(find_reason(analysis, "throttled_periods")->value == doctest::Approx(0.9));
  const auto& rows = analysis.alternatives;
  const auto first = std::find_if(rows.begin(), rows.end(),
                                  [](const Alternative& row) { return row.action != "rewrite"; });
  REQUIRE(first != rows.end());
  CHECK(first->action == "raise_quota");
}

TEST_CASE("analyze: multiplexed traffic gets no answer about requests") {
  const Analysis analysis = analyze(http2(0.2).build());

  check_verdict(analysis, Bound::inconclusive, Cause::none);
  CHECK(analysis.verdict.reasons.front().code == "coverage");
  CHECK(analysis.load.view == View::threads);
  CHECK_FALSE(analysis.load.requests.has_value());
  CHECK(*analysis.load.socket_coverage < 0.01);
  CHECK(has_caveat(analysis, "multiplexed"));
}

TEST_CASE("analyze: HTTP/2 that looks like exchanges gets no answer about requests either") {
  const Analysis analysis = analyze(go_upstream()
                                        .each_window([](Window& window, std::size_t) {
                                          window.protocols.push_back({8080, "http2", 10, 0, 10});
                                        })
                                        .build());

  check_verdict(analysis, Bound::inconclusive, Cause::none);
  CHECK(analysis.verdict.reasons.front().code == "coverage");
}

TEST_CASE("analyze: goroutines that queue beside parked threads queue for the CPU") {
  const Analysis analysis =
      analyze(RecordingBuilder{}
                  .process(30, "api", Runtime::go)
                  .thread(30, 31, "api", {.on_cpu = 0.7, .waits = {{WaitClass::lock, 0.2}}})
                  .thread(30, 32, "api", {.on_cpu = 0.7, .waits = {{WaitClass::lock, 0.2}}})
                  .requests(30, {.per_s = 140,
                                 .latency_ms = 16,
                                 .running = {0.45},
                                 .runnable = {0.05},
                                 .lock = {0.5, 0.1, 0.9}})
                  .samples(30, "api", "api", "main.compute", 1.4)
                  .build());

  check_verdict(analysis, Bound::cpu, Cause::language);
}

TEST_CASE("analyze: saturation shows without requests") {
  const Analysis analysis = analyze(http2(0.97).build());

  check_verdict(analysis, Bound::cpu, Cause::language);
}

TEST_CASE("analyze: pipelined exchanges are not called requests, the shares stand") {
  const Analysis analysis = analyze(redis_saturated()
                                        .each_window([](Window& window, std::size_t) {
                                          window.protocols.push_back({6379, "resp", 10, 9, 160});
                                        })
                                        .build());

  check_verdict(analysis, Bound::cpu, Cause::single_thread);
  CHECK_FALSE(analysis.load.requests.has_value());
  CHECK_FALSE(analysis.load.latency_mean_ms.has_value());
  const auto caveat =
      std::find_if(analysis.caveats.begin(), analysis.caveats.end(),
                   [](const Caveat& candidate) { return candidate.code == "pipelined"; });
  REQUIRE(caveat != analysis.caveats.end());
  CHECK(*caveat->value == doctest::Approx(16));
  CHECK(caveat->subject == "resp");
}

TEST_CASE("analyze: a compressing batch job is bound by its library, in the thread view") {
  const Analysis analysis = analyze(compressing().build());

  check_verdict(analysis, Bound::cpu, Cause::native);
  CHECK(analysis.load.view == View::threads);
  CHECK(analysis.request_time.empty());
  CHECK(analysis.thread_time.front().state == "cpu");
}

TEST_CASE("analyze: a batch job waiting for files is bound by the disk") {
  check_verdict(analyze(sorting(WaitClass::disk_write).build()), Bound::io, Cause::disk);
}

TEST_CASE("analyze: a service whose requests cannot be seen is no batch job") {
  Recording recording =
      sorting(WaitClass::disk_write)
          .each_window([](Window& window, std::size_t) {
            window.processes.front().blocked_ns[static_cast<std::size_t>(WaitClass::client)] = 1;
          })
          .build();
  check_verdict(analyze(recording), Bound::io, Cause::disk);

  recording.header.capabilities = {{"requests", CapabilityState::absent, "", "no probes"},
                                   {"samples", CapabilityState::absent, "", "no probes"}};
  const Analysis analysis = analyze(recording);

  CHECK(analysis.verdict.bound == Bound::inconclusive);
  CHECK_FALSE(has_caveat(analysis, "no_requests"));
  CHECK_FALSE(has_caveat(analysis, "few_samples"));
  CHECK(has_caveat(analysis, "capability"));
}

TEST_CASE("analyze: without CPU samples it is known that it computes, and not what") {
  Recording recording = compressing().build();
  for (Window& window : recording.windows) window.samples.clear();
  CHECK(analyze(recording).verdict.bound == Bound::inconclusive);  // too few, for once

  recording.header.capabilities = {{"samples", CapabilityState::absent, "", "no BPF"}};
  const Analysis analysis = analyze(recording);

  check_verdict(analysis, Bound::cpu, Cause::none);
}

TEST_CASE("analyze: a batch job waiting for pages is bound by memory") {
  check_verdict(analyze(sorting(WaitClass::page_fault).build()), Bound::memory, Cause::capacity);
}

TEST_CASE("analyze: rereading evicted pages at the memory limit is memory, not disk") {
  RecordingBuilder builder = sorting(WaitClass::disk_read);
  Recording recording = builder
                            .each_window([](Window& window, std::size_t) {
                              window.host.refaults = 5000;
                              window.host.memory_usage_bytes = 990;
                            })
                            .build();
  check_verdict(analyze(recording), Bound::io, Cause::disk);

  recording.header.memory_limit_bytes = 1000;
  // How much is read is not known: it could be next to nothing.
  CHECK(analyze(recording).verdict.bound == Bound::inconclusive);
  for (Window& window : recording.windows) window.host.read_pages = 5000;
  check_verdict(analyze(recording), Bound::memory, Cause::capacity);
}

TEST_CASE("analyze: sending to slow readers is transfer") {
  check_verdict(
      analyze(RecordingBuilder{}
                  .process(10, "files")
                  .thread(10, 10, "files", {.on_cpu = 0.1})
                  .requests(10, {.per_s = 50, .latency_ms = 2, .running = {1}, .transfer = 20})
                  .samples(10, "files", "files", "copy", 0.1)
                  .build()),
      Bound::io, Cause::transfer);
}

TEST_CASE("analyze: time nobody accounts for prevents a verdict") {
  const Analysis analysis =
      analyze(RecordingBuilder{}
                  .process(10, "sleepy")
                  .thread(10, 10, "sleepy", {.on_cpu = 0.1})
                  .requests(10, {.per_s = 100, .latency_ms = 50, .running = {0.02}})
                  .build());

  check_verdict(analysis, Bound::inconclusive, Cause::none);
  CHECK(analysis.verdict.reasons.front().code == "unattributed");
  CHECK(has_caveat(analysis, "unattributed_large"));
}

TEST_CASE("analyze: a batch thread beside waiting requests is not what bounds them") {
  for (const double upstream : {0.6, 0.8, 0.9, 1.0}) {
    CAPTURE(upstream);
    const Analysis analysis =
        analyze(RecordingBuilder{}
                    .process(10, "api", Runtime::jvm)
                    .thread(10, 11, "compaction", {.on_cpu = 1.0})
                    .thread(10, 12, "http", {.on_cpu = 0.01})
                    .requests(10, {.per_s = 10,
                                   .latency_ms = 10,
                                   .running = {1, 1 - upstream, 1},
                                   .upstream = {0, 0, upstream},
                                   .idle = 0.9,
                                   .background_running = 1})
                    .upstream(10, "10.0.0.5:5432", {.calls_per_s = 10, .latency_ms = 10 * upstream})
                    .samples(10, "compaction", "[jit]", "", 1)
                    .build());

    CHECK(analysis.verdict.bound != Bound::cpu);
    if (upstream > 0.7) check_verdict(analysis, Bound::io, Cause::upstream);
  }
}

TEST_CASE("analyze: requests keep their own CPU time beside a thread that always runs") {
  const Analysis analysis = analyze(
      RecordingBuilder{}
          .noise(0.01)
          .cpus(8)
          .process(10, "api", Runtime::jvm)
          .thread(10, 11, "compaction", {.on_cpu = 1.0})
          .thread(10, 12, "http", {.on_cpu = 0.25})
          .requests(
              10,
              {.per_s = 50, .latency_ms = 5, .running = {1}, .idle = 0.75, .background_running = 1})
          .samples(10, "compaction", "[jit]", "", 1)
          .samples(10, "http", "[jit]", "", 0.25)
          .build());

  check_verdict(analysis, Bound::cpu, Cause::language);
}

TEST_CASE("analyze: calls on one connection that are answered one by one are calls") {
  // An event loop: what waits beside the one open call waits for the same peer.
  check_verdict(analyze(RecordingBuilder{}
                            .process(40, "node", Runtime::node)
                            .thread(40, 40, "node", {.on_cpu = 0.46})
                            .requests(40, {.per_s = 3000,
                                           .latency_ms = 5.3,
                                           .running = {0.03},
                                           .upstream = {0.0625, 0.06, 0.0625},
                                           .behind_running = 0.4,
                                           .behind_waiting = 0.5})
                            .upstream(40, "10.0.0.9:6379",
                                      {.calls_per_s = 2900, .latency_ms = 5, .resends_per_s = 2700})
                            .samples(40, "node", "[jit]", "", 0.4)
                            .build()),
                Bound::io, Cause::upstream);
  // Threads that wait for what such a loop brings them.
  check_verdict(
      analyze(RecordingBuilder{}
                  .process(10, "api", Runtime::jvm)
                  .thread(10, 11, "http-1", {.on_cpu = 0.05, .waits = {{WaitClass::lock, 0.9}}})
                  .thread(10, 12, "netty", {.on_cpu = 0.1})
                  .requests(10, {.per_s = 3000,
                                 .latency_ms = 5.3,
                                 .running = {0.01},
                                 .lock = {0.97, 0.91, 0.99},
                                 .upstream = {0.02, 0, 0.0625}})
                  .upstream(10, "10.0.0.9:6379",
                            {.calls_per_s = 2900, .latency_ms = 5, .resends_per_s = 2700})
                  .locks(10, {.other = 15})
                  .samples(10, "http-1", "[jit]", "", 0.1)
                  .build()),
      Bound::io, Cause::upstream);
}

TEST_CASE("analyze: threads that wait for a connection of a pool queue for it") {
  const Analysis analysis =
      analyze(RecordingBuilder{}
                  .process(10, "api", Runtime::jvm)
                  .thread(10, 11, "http-1", {.on_cpu = 0.05, .waits = {{WaitClass::upstream, 0.3}}})
                  .thread(10, 12, "http-2", {.on_cpu = 0.05, .waits = {{WaitClass::upstream, 9.7}}})
                  .requests(10, {.per_s = 480,
                                 .latency_ms = 128,
                                 .running = {0.01},
                                 .lock = {0.83, 0.83, 0.84},
                                 .upstream = {0.155, 0.15, 0.16}})
                  .upstream(10, "10.0.0.5:5432", {.calls_per_s = 480, .latency_ms = 20})
                  .locks(10, {.running = 2, .upstream = 51})
                  .samples(10, "http-1", "[jit]", "", 0.1)
                  .build());

  check_verdict(analysis, Bound::contention, Cause::pool);
  CHECK(find_reason(analysis, "upstream_behind_locks") != nullptr);
}

TEST_CASE("analyze: workers that fill all CPUs are no pool that is too small") {
  RecordingBuilder builder;
  builder.cpus(4)
      .cpu_limit(4)
      .process(9, "gunicorn", Runtime::cpython)
      .requests(9, {.per_s = 0.001, .latency_ms = 1});
  for (pid_t pid = 10; pid < 14; ++pid) {
    builder.process(pid, "gunicorn", Runtime::cpython)
        .thread(pid, pid, "gunicorn", {.on_cpu = 0.95, .preempted = 0.03})
        .requests(pid, {.per_s = 100, .latency_ms = 10, .running = {1}})
        .samples(pid, "gunicorn", "python3.11", "_PyEval_EvalFrameDefault", 0.95);
  }
  // Connections that nobody has taken up yet wait at the listener of the idle master.
  builder.each_window([](Window& window, std::size_t) {
    for (ProcessWindow& process : window.processes) {
      if (process.pid != 9) continue;
      process.requests.in_flight_ns = 28 * window.duration_ns;
      process.requests.behind_nothing_ns = 28 * window.duration_ns;
      process.requests.socket_queue_ns = 28 * window.duration_ns;
      process.requests.latency_ns += 28 * window.duration_ns;
    }
  });

  check_verdict(analyze(builder.build()), Bound::cpu, Cause::language);
}

TEST_CASE("analyze: all of several workers busy on a machine with room is a pool") {
  RecordingBuilder builder;
  builder.cpus(16).cpu_limit(16).process(10, "server");
  for (pid_t tid = 11; tid < 15; ++tid) builder.thread(10, tid, "worker", {.on_cpu = 0.98});
  builder
      .requests(10,
                {.per_s = 4000, .latency_ms = 16, .running = {0.0625}, .behind_running = 0.9375})
      .samples(10, "worker", "server", "compute", 3.9);

  check_verdict(analyze(builder.build()), Bound::contention, Cause::pool);
}

TEST_CASE("analyze: waking up late beside busy neighbours is no starvation") {
  const auto service = [](double latency_ms) {
    return analyze(RecordingBuilder{}
                       .cpus(8)
                       .cpu_limit(8)
                       .process(10, "memcached")
                       .thread(10, 11, "worker", {.on_cpu = 0.2, .woken = 0.7})
                       .requests(10, {.per_s = 200 / latency_ms,
                                      .latency_ms = latency_ms,
                                      .running = {0.2},
                                      .runnable = {0.8}})
                       .samples(10, "worker", "memcached", "process_command", 0.2)
                       .each_window([](Window& window, std::size_t) {
                         window.host.host_busy_ns = window.duration_ns * 5;
                       })
                       .build());
  };

  CHECK(service(0.04).verdict.cause != Cause::starved);
  CHECK(service(10).verdict.cause == Cause::starved);
}

TEST_CASE("analyze: health checks beside the work are no service") {
  for (const double per_s : {0.2, 8.0}) {
    CAPTURE(per_s);
    check_verdict(analyze(RecordingBuilder{}
                              .process(10, "consumer")
                              .thread(10, 11, "worker", {.on_cpu = 0.9})
                              .requests(10, {.per_s = per_s,
                                             .latency_ms = 0.5,
                                             .running = {1},
                                             .idle = 1 - per_s * 0.0005,
                                             .background_running = 0.9})
                              .samples(10, "worker", "consumer", "parse", 0.9)
                              .build()),
                  Bound::cpu, Cause::language);
  }
}

TEST_CASE("analyze: requests that come in one burst are no chance of a thousandfold gain") {
  const Analysis analysis = analyze(
      RecordingBuilder{}
          .process(10, "report", Runtime::go)
          .thread(10, 11, "report", {.on_cpu = 0.02})
          .requests(10, {.per_s = 150, .latency_ms = 100, .running = {0.05}, .upstream = {0.95}})
          .upstream(10, "10.0.0.5:5432", {.calls_per_s = 150, .latency_ms = 95})
          .samples(10, "report", "report", "main.render", 0.02)
          .each_window([](Window& window, std::size_t i) {
            if (i == 7 || i == 8) return;
            for (ProcessWindow& process : window.processes) {
              process.requests = {.observed_ns = window.duration_ns, .idle_ns = window.duration_ns};
            }
            window.upstreams.clear();
            window.latencies = {};
          })
          .build());

  for (const LanguageGains& to : analysis.rewrite.to) {
    if (to.latency.gain) CHECK(to.latency.gain->high < 10);
  }
}

TEST_CASE("analyze: two equal causes give no verdict but the closest") {
  const Analysis analysis =
      analyze(RecordingBuilder{}
                  .process(10, "web")
                  .thread(10, 10, "web", {.on_cpu = 0.1})
                  .requests(10, {.per_s = 100, .latency_ms = 20, .disk = {0.5}, .upstream = {0.5}})
                  .build());

  check_verdict(analysis, Bound::inconclusive, Cause::none);
  CHECK(analysis.verdict.reasons.front().code == "no_dominant");
  CHECK(find_reason(analysis, "closest") != nullptr);
}

TEST_CASE("analyze: an attribution that allows another answer gives no verdict") {
  const Analysis analysis = analyze(RecordingBuilder{}
                                        .noise(0.01)
                                        .process(10, "web")
                                        .thread(10, 10, "web", {.on_cpu = 0.1})
                                        .requests(10, {.per_s = 100,
                                                       .latency_ms = 20,
                                                       .disk = {0.54, 0.05, 0.55},
                                                       .upstream = {0.46, 0.4, 0.95}})
                                        .build());

  check_verdict(analysis, Bound::inconclusive, Cause::none);
  CHECK(analysis.verdict.reasons.front().code == "attribution");
  CHECK(analysis.verdict.reasons.front().subject == "io: upstream");
}

TEST_CASE("analyze: few but clear requests are believed less") {
  const RequestMix mix{
      .per_s = 5, .latency_ms = 60, .running = {0.05}, .upstream = {0.95}, .idle = 0.75};
  const auto service = [&](double seconds) {
    return analyze(RecordingBuilder{}
                       .seconds(seconds)
                       .process(10, "web")
                       .thread(10, 10, "web", {.on_cpu = 0.03})
                       .requests(10, mix)
                       .build());
  };

  check_verdict(service(30), Bound::io, Cause::upstream);
  CHECK(service(30).verdict.confidence < service(60).verdict.confidence);
}

TEST_CASE("analyze: hardly any requests give no verdict") {
  const Analysis analysis =
      analyze(RecordingBuilder{}
                  .seconds(20)
                  .process(10, "web")
                  .thread(10, 10, "web", {.on_cpu = 0.01})
                  .requests(10, {.per_s = 1, .latency_ms = 500, .upstream = {0.95}, .idle = 0.5})
                  .build());

  check_verdict(analysis, Bound::inconclusive, Cause::none);
  CHECK(analysis.verdict.reasons.front().code == "too_few_requests");
}

TEST_CASE("analyze: a run of a few windows gives no verdict") {
  const Analysis analysis = analyze(go_upstream().seconds(4).build());

  check_verdict(analysis, Bound::inconclusive, Cause::none);
  CHECK(analysis.verdict.reasons.front().code == "few_windows");
}

TEST_CASE("analyze: lost records lower the confidence, many prevent a verdict") {
  const auto lossy = [](std::uint64_t lost) {
    return analyze(go_upstream()
                       .each_window([lost](Window& window, std::size_t) {
                         window.losses.push_back({"waits_full", lost});
                       })
                       .build());
  };

  check_verdict(lossy(100), Bound::io, Cause::upstream);
  CHECK(lossy(100).verdict.confidence < analyze(go_upstream().build()).verdict.confidence);
  CHECK(has_caveat(lossy(100), "records_lost"));
  check_verdict(lossy(1000), Bound::inconclusive, Cause::none);
}

TEST_CASE("analyze: neighbours that take the CPUs starve a service") {
  const Analysis analysis = analyze(
      RecordingBuilder{}
          .cpus(8)
          .cpu_limit(8)
          .process(10, "api", Runtime::go)
          .thread(10, 11, "api", {.on_cpu = 0.3, .preempted = 0.6})
          .requests(10, {.per_s = 100, .latency_ms = 10, .running = {0.3}, .runnable = {0.65}})
          .samples(10, "api", "api", "main.compute", 0.3)
          .each_window([](Window& window, std::size_t) {
            window.host.host_busy_ns = 8 * window.duration_ns;
          })
          .build());

  check_verdict(analysis, Bound::cpu, Cause::starved);
  CHECK(find_reason(analysis, "host_busy") != nullptr);
  CHECK(has_caveat(analysis, "noisy_neighbour"));
}

TEST_CASE("analyze: who waits for the disk beside health checks waits for the disk") {
  RecordingBuilder job;
  job.process(99, "indexer")
      .thread(99, 99, "indexer", {.on_cpu = 0.2, .waits = {{WaitClass::disk_read, 0.75}}})
      .requests(99, {.per_s = 2, .latency_ms = 1, .running = {1}, .idle = 0.998})
      .samples(99, "indexer", "indexer", "parse", 0.2);

  check_verdict(analyze(job.build()), Bound::io, Cause::disk);
  // What they wait for on sockets threads cannot tell.
  job.thread(99, 98, "fetcher", {.on_cpu = 0.1, .waits = {{WaitClass::upstream, 0.9}}})
      .thread(99, 97, "fetcher", {.on_cpu = 0.1, .waits = {{WaitClass::upstream, 0.9}}});
  const Analysis fetching = analyze(job.build());
  check_verdict(fetching, Bound::inconclusive, Cause::none);
  CHECK(fetching.verdict.reasons.front().code == "beside_requests");
}

TEST_CASE("analyze: a batch job with a health check is no service") {
  const Analysis analysis =
      analyze(compressing()
                  .requests(99, {.per_s = 2, .latency_ms = 1, .running = {1}, .idle = 0.998})
                  .build());

  CHECK(analysis.load.view == View::threads);
  check_verdict(analysis, Bound::cpu, Cause::native);
}

}  // namespace
}  // namespace testing
}  // namespace boundscope
