// What a rewrite and what cheaper changes could bring, on services as the collector delivers them
// (docs/rewrite.md).
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ostream>

#include "analyze/rewrite/world.h"
#include "boundscope/analysis.h"
#include "support/recording_builder.h"
#include "unit/analyze/answers.h"
#include "unit/analyze/services.h"

namespace boundscope {

std::ostream& operator<<(std::ostream& out, Bound value);
std::ostream& operator<<(std::ostream& out, Cause value);
std::ostream& operator<<(std::ostream& out, Answer value);

namespace testing {
namespace {

// A Python worker on one of four CPUs, busy for `load` of the time, with the queue that Poisson
// arrivals make. `module` and `symbol` are where it computes.
Recording python_worker(double load, const std::string& module, const std::string& symbol) {
  const double service_ms = 5;
  const double queue = load / (1 - load);
  const double latency_ms = service_ms * (1 + queue);
  return RecordingBuilder{}
      .seconds(60)
      .cpus(4)
      .cpu_limit(4)
      .process(10, "python3", Runtime::cpython)
      .thread(10, 10, "python3", {.on_cpu = load, .woken = 0.01})
      .requests(10, {.per_s = load / service_ms * 1000,
                     .latency_ms = latency_ms,
                     .running = {1 / (1 + queue)},
                     .behind_running = queue / (1 + queue),
                     .socket_queue = queue / (1 + queue),
                     .idle = 1 - load})
      .samples(10, "python3", module, symbol, load * 0.95)
      .samples(10, "python3", "[kernel]", "tcp_sendmsg", load * 0.05)
      .build();
}

Recording pure_python(double load) {
  return python_worker(load, "python3.11", "_PyEval_EvalFrameDefault");
}

// Waits 95 % of the time for a bank.
RecordingBuilder payment() {
  return RecordingBuilder{}
      .seconds(60)
      .cpus(4)
      .cpu_limit(4)
      .process(30, "payment", Runtime::go)
      .thread(30, 31, "payment", {.on_cpu = 0.2})
      .requests(30, {.per_s = 80,
                     .latency_ms = 50,
                     .running = {0.04},
                     .runnable = {0.01},
                     .upstream = {0.95}})
      .upstream(30, "10.0.0.7:443", {.calls_per_s = 160, .latency_ms = 24})
      .samples(30, "payment", "payment", "main.handle", 0.1)
      .samples(30, "payment", "payment", "runtime.scanobject", 0.03)
      .samples(30, "payment", "[kernel]", "tcp_sendmsg", 0.05);
}

// Half of its CPU time goes into collecting a large heap, and stops make its tail.
Recording fraud_detection() {
  std::uint32_t fast = 0, slow = 0;
  while (latency_bucket_lower_ns(fast + 1) <= 10'000'000) ++fast;
  while (latency_bucket_lower_ns(slow + 1) <= 40'000'000) ++slow;
  return RecordingBuilder{}
      .seconds(60)
      .cpus(4)
      .cpu_limit(4)
      .process(40, "fraud", Runtime::go)
      .thread(40, 41, "fraud", {.on_cpu = 0.9})
      .thread(40, 42, "fraud", {.on_cpu = 0.9})
      .requests(40, {.per_s = 150, .latency_ms = 11, .running = {0.8}, .runnable = {0.15}})
      .samples(40, "fraud", "fraud", "main.score", 0.8)
      .samples(40, "fraud", "fraud", "runtime.scanobject", 0.8)
      .samples(40, "fraud", "[kernel]", "tcp_sendmsg", 0.2)
      .each_window([fast, slow](Window& window, std::size_t) {
        GcTotals gc;
        gc.pid = 40;
        gc.probes = "pclntab";
        gc.stops = 3;
        gc.stopped_ns = 90'000'000;
        gc.longest_stop_ns = 30'000'000;
        gc.live_heap_bytes = 900ULL << 20;
        gc.heap_capacity_bytes = 1800ULL << 20;
        window.gc.push_back(gc);
        window.processes.front().requests.stopped_ns = 50'000'000;
        window.processes.front().requests.in_flight_ns += 50'000'000;
        window.processes.front().requests.latency_ns += 50'000'000;
        window.latencies = {{fast, 145}, {slow, 5}};
        window.latencies_without_stops = {{fast, 150}};
        window.host.rss_bytes = 2000ULL << 20;
      })
      .build();
}

const LanguageGains& gains_in(const Analysis& analysis, const std::string& language) {
  const auto found =
      std::find_if(analysis.rewrite.to.begin(), analysis.rewrite.to.end(),
                   [&](const LanguageGains& gains) { return gains.language == language; });
  REQUIRE_MESSAGE(found != analysis.rewrite.to.end(), language);
  return *found;
}

std::size_t row_of(const Analysis& analysis, const std::string& action, Goal goal) {
  const auto& rows = analysis.alternatives;
  return static_cast<std::size_t>(std::find_if(rows.begin(), rows.end(),
                                               [&](const Alternative& row) {
                                                 return row.action == action && row.goal == goal;
                                               }) -
                                  rows.begin());
}

bool has_row(const Analysis& analysis, const std::string& action) {
  return std::any_of(analysis.alternatives.begin(), analysis.alternatives.end(),
                     [&](const Alternative& row) { return row.action == action; });
}

TEST_CASE("rewrite: pure Python is language-bound, and the range says how far") {
  const Analysis analysis = analyze(pure_python(0.6));

  const Gain& capacity = gains_in(analysis, "go").capacity;
  CHECK(capacity.answer == Answer::plausible);
  CHECK(capacity.gain->low > 3);
  CHECK(capacity.gain->value > 6);
  CHECK(capacity.gain->high < 30);
  CHECK(analysis.rewrite.answer == Answer::plausible);
  CHECK(analysis.rewrite.language_cpu_time->value == doctest::Approx(0.95).epsilon(0.02));
}

TEST_CASE("rewrite: a proxy in front of the service stays as it is") {
  const auto behind_proxy = [](const char* module, const char* symbol) {
    return analyze(RecordingBuilder{}
                       .process(10, "python3", Runtime::cpython)
                       .process(20, "envoy")
                       .thread(10, 10, "python3", {.on_cpu = 0.55})
                       .thread(20, 20, "envoy", {.on_cpu = 0.45})
                       .requests(10, {.per_s = 50, .latency_ms = 11, .running = {1}, .idle = 0.45})
                       .samples(10, "python3", "python3.11", "_PyEval_EvalFrameDefault", 0.55)
                       .samples(20, "envoy", module, symbol, 0.45)
                       .build());
  };
  const Analysis own_code = behind_proxy("envoy", "route");
  const Analysis kernel = behind_proxy("[kernel]", "tcp_sendmsg");

  CHECK(has_caveat(own_code, "several_languages"));
  const double gain = gains_in(own_code, "rust").capacity.gain->value;
  CHECK(gain < 1 / 0.45);
  CHECK(gain == doctest::Approx(gains_in(kernel, "rust").capacity.gain->value).epsilon(0.1));
}

TEST_CASE("rewrite: Python that spends its time in zlib keeps spending it") {
  const Analysis analysis = analyze(python_worker(0.6, "libz.so.1", "deflate"));

  for (const char* language : {"go", "java", "rust", "c++"}) {
    const Gain& capacity = gains_in(analysis, language).capacity;
    INFO(language);
    CHECK(capacity.gain->value == doctest::Approx(1).epsilon(0.25));
    CHECK(capacity.answer != Answer::plausible);
  }
  CHECK(analysis.rewrite.answer != Answer::plausible);
}

TEST_CASE("rewrite: the queueing gain appears at 90 % load and not at 10 %") {
  const Analysis low = analyze(pure_python(0.1));
  const Analysis high = analyze(pure_python(0.9));
  const Gain& at_low = gains_in(low, "rust").latency;
  const Gain& at_high = gains_in(high, "rust").latency;
  const double cpu_low = gains_in(low, "rust").capacity.gain->value;
  const double cpu_high = gains_in(high, "rust").capacity.gain->value;

  // Without a queue latency gains what the CPU time does; with one far more.
  CHECK(cpu_low == doctest::Approx(cpu_high).epsilon(0.15));
  CHECK(at_low.gain->value < 1.3 * cpu_low);
  CHECK(at_high.gain->value > 3 * cpu_high);
}

TEST_CASE("rewrite: waiting for a bank stays; caching it ranks above, and memory is still said") {
  const Analysis analysis = analyze(payment().build());

  CHECK(analysis.verdict.cause == Cause::upstream);
  const LanguageGains& rust = gains_in(analysis, "rust");
  CHECK(rust.latency.answer == Answer::unlikely);
  CHECK(rust.latency.gain->high < 1.1);
  CHECK(rust.latency.reason.code == "waits_stay");
  CHECK(rust.latency.reason.subject == "10.0.0.7:443");
  CHECK(rust.memory.gain.has_value());
  CHECK(rust.memory.gain->value > 1);
  CHECK(analysis.rewrite.answer == Answer::unlikely);
  CHECK(row_of(analysis, "cache_upstream", Goal::latency) <
        row_of(analysis, "rewrite", Goal::latency));
  CHECK(row_of(analysis, "batch_calls", Goal::latency) <
        row_of(analysis, "rewrite", Goal::latency));
  CHECK(row_of(analysis, "rewrite", Goal::memory) < analysis.alternatives.size());
}

TEST_CASE("rewrite: CPU time in which a runtime looks for work is nobody's to save") {
  const auto capacity = [](const RecordingBuilder& service) {
    return gains_in(analyze(service.build()), "rust").capacity.gain->value;
  };
  const auto also = [&](const std::string& symbol) {
    return capacity(payment().samples(30, "payment", "payment", symbol, 0.6));
  };
  const double working = capacity(payment());

  // The same seed: only what is counted differs.
  CHECK(std::abs(also("runtime.stealWork") / working - 1) < 0.01);
  CHECK(std::abs(also("runtime.lock2") / working - 1) > 0.03);
}

TEST_CASE("rewrite: a large heap in Go costs tail and memory") {
  const Analysis analysis = analyze(fraud_detection());

  const LanguageGains& rust = gains_in(analysis, "rust");
  CHECK(rust.tail.answer == Answer::plausible);
  CHECK(rust.tail.gain->value > 2);
  CHECK(rust.memory.answer == Answer::plausible);
  CHECK(rust.memory.gain->low > 1.2);
  CHECK(rust.memory.reason.code == "memory_from_heap");
  CHECK(analysis.rewrite.answer == Answer::plausible);
  CHECK(has_row(analysis, "more_heap_room"));
}

TEST_CASE("rewrite: pages that workers share are saved once") {
  const auto workers = [](bool looked) {
    RecordingBuilder builder;
    for (pid_t pid = 10; pid < 18; ++pid)
      builder.process(pid, "python3", Runtime::cpython)
          .thread(pid, pid, "python3", {.on_cpu = 0.1})
          .samples(pid, "python3", "python3.11", "_PyEval_EvalFrameDefault", 0.1);
    return analyze(builder
                       .each_window([=](Window& window, std::size_t i) {
                         window.host.rss_bytes = 3200ULL << 20;
                         if (!looked || i != 5) return;
                         for (pid_t pid = 10; pid < 18; ++pid) {
                           MemoryTotals memory;
                           memory.pid = pid;
                           memory.rss_bytes = 400ULL << 20;
                           memory.pss_bytes = 50ULL << 20;
                           memory.private_bytes = 10ULL << 20;
                           window.memory.push_back(memory);
                         }
                       })
                       .build());
  };
  const Gain apart = gains_in(workers(false), "rust").memory;
  const Gain shared = gains_in(workers(true), "rust").memory;

  CHECK(apart.reason.value == doctest::Approx(3200.0 * (1 << 20)));
  CHECK(shared.reason.value == doctest::Approx(400.0 * (1 << 20)));
  const auto saved = [](const Gain& gain) {
    return gain.reason.value * (1 - 1 / gain.gain->value);
  };
  CHECK(saved(shared) < saved(apart) / 4);
}

TEST_CASE("rewrite: memory without a live heap falls back to what is resident, with a wide range") {
  const Analysis analysis = analyze(pure_python(0.6));

  const Gain& memory = gains_in(analysis, "go").memory;
  CHECK(memory.reason.code == "memory_from_rss");
  CHECK(memory.gain->high / memory.gain->low > 2);
}

TEST_CASE("rewrite: a native program gains next to nothing") {
  const Analysis analysis = analyze(postgres_select().build());

  for (const LanguageGains& gains : analysis.rewrite.to) {
    CHECK(gains.capacity.gain->value == doctest::Approx(1).epsilon(0.1));
    CHECK(gains.capacity.answer != Answer::plausible);
    CHECK(gains.latency.answer != Answer::plausible);
  }
  CHECK(analysis.rewrite.answer != Answer::plausible);
}

TEST_CASE("rewrite: an unknown language can only be ruled out") {
  RecordingBuilder builder;
  builder.process(10, "mystery", Runtime::unknown)
      .thread(10, 10, "mystery", {.on_cpu = 0.8})
      .requests(10, {.per_s = 100, .latency_ms = 8, .running = {1}})
      .samples(10, "mystery", "mystery", "f", 0.8);
  const Analysis analysis = analyze(builder.build());

  REQUIRE(analysis.rewrite.to.size() == 1);
  CHECK(analysis.rewrite.to.front().language == "any");
  CHECK(analysis.rewrite.answer != Answer::plausible);
  CHECK(analysis.rewrite.to.front().capacity.answer == Answer::inconclusive);
}

TEST_CASE("rewrite: the languages asked for are answered, in their order") {
  AnalysisOptions options;
  options.to = {"rust", "go"};
  const Analysis analysis = analyze(pure_python(0.6), options);

  REQUIRE(analysis.rewrite.to.size() == 2);
  CHECK(analysis.rewrite.to[0].language == "rust");
  CHECK(analysis.rewrite.to[1].language == "go");
  options.to = {"java"};
  const Analysis unknown = analyze(payment().process(1, "x").build(), options);
  CHECK(gains_in(unknown, "java").capacity.gain.has_value());
}

TEST_CASE("rewrite: the cells that were used are named, and others can take their place") {
  const Result<Priors> priors = with_priors(
      "code\tpython\tgo\t1\t1\t1\t9\tmeasured\t2026-11\tours\n"
      "runtime\tpython\tgo\t1\t1\t1\t9\tmeasured\t2026-11\tours\n",
      "mine.tsv");
  REQUIRE(priors);
  AnalysisOptions options;
  options.to = {"go"};
  options.priors = &*priors;
  const Analysis analysis = analyze(pure_python(0.6), options);

  const LanguageGains& go = gains_in(analysis, "go");
  CHECK(go.capacity.gain->value == doctest::Approx(1).epsilon(0.1));
  CHECK(std::any_of(go.priors.begin(), go.priors.end(), [](const Prior& prior) {
    return prior.kind == PriorKind::code && prior.file == "mine.tsv";
  }));
}

TEST_CASE("rewrite: without requests only CPU time and memory are judged") {
  RecordingBuilder builder;
  builder.process(10, "python3", Runtime::cpython)
      .thread(10, 10, "python3", {.on_cpu = 0.95})
      .samples(10, "python3", "python3.11", "_PyEval_EvalFrameDefault", 0.9);
  const Analysis analysis = analyze(builder.build());

  const LanguageGains& go = gains_in(analysis, "go");
  CHECK_FALSE(go.latency.gain.has_value());
  CHECK(go.latency.reason.code == "no_requests");
  CHECK_FALSE(go.tail.gain.has_value());
  CHECK(go.capacity.answer == Answer::plausible);
  CHECK(go.memory.gain.has_value());
}

TEST_CASE("rewrite: an empty recording has nothing to say, and says it") {
  const Analysis analysis = analyze(Recording{});

  CHECK(analysis.rewrite.answer == Answer::inconclusive);
  for (const LanguageGains& gains : analysis.rewrite.to) {
    CHECK_FALSE(gains.latency.gain.has_value());
    CHECK_FALSE(gains.capacity.gain.has_value());
    CHECK_FALSE(gains.memory.gain.has_value());
  }
}

TEST_CASE("rewrite: fast and far from every limit, no action is necessary") {
  const Recording recording =
      RecordingBuilder{}
          .cpus(4)
          .cpu_limit(4)
          .process(10, "python3", Runtime::cpython)
          .thread(10, 10, "python3", {.on_cpu = 0.1})
          .requests(10, {.per_s = 250, .latency_ms = 0.4, .running = {0.95}, .idle = 0.9})
          .samples(10, "python3", "python3.11", "_PyEval_EvalFrameDefault", 0.1)
          .build();
  const Analysis analysis = analyze(recording);

  CHECK(analysis.rewrite.answer == Answer::unlikely);
  CHECK(analysis.rewrite.reason.code == "no_need");
  CHECK(analysis.alternatives.front().action == "no_action");
}

TEST_CASE("alternatives: throttled Go with more threads than its quota has CPUs") {
  const Recording recording =
      RecordingBuilder{}
          .cpus(16)
          .cpu_limit(1, true)
          .process(10, "api", Runtime::go)
          .thread(10, 11, "api", {.on_cpu = 0.8, .throttled = 0.2})
          .requests(10, {.per_s = 100, .latency_ms = 20, .running = {0.4}, .runnable = {0.55}})
          .samples(10, "api", "api", "main.handle", 0.8)
          .each_window([](Window& window, std::size_t) {
            window.host.cgroup_periods = 10;
            window.host.cgroup_periods_throttled = 8;
            GcTotals gc;
            gc.pid = 10;
            gc.max_procs = 16;
            window.gc.push_back(gc);
          })
          .build();
  const Analysis analysis = analyze(recording);

  CHECK(has_row(analysis, "raise_quota"));
  REQUIRE(has_row(analysis, "limit_threads"));
  const Alternative& row = analysis.alternatives[row_of(analysis, "limit_threads", Goal::latency)];
  CHECK(row.subject == "GOMAXPROCS");
  CHECK(row.parameter == 1);
}

TEST_CASE("alternatives: one function that takes most of the time is named") {
  const Analysis analysis = analyze(go_computing().build());

  REQUIRE(has_row(analysis, "native_hot_part"));
  CHECK(has_row(analysis, "jit_flag"));
  CHECK(row_of(analysis, "rewrite", Goal::capacity) < analysis.alternatives.size());
}

TEST_CASE("rewrite: the answer is the same every time, and quick") {
  const Recording recording = pure_python(0.6);
  const auto begin = std::chrono::steady_clock::now();
  const Analysis first = analyze(recording);
  const auto end = std::chrono::steady_clock::now();
  const Analysis second = analyze(recording);

  CHECK(first.rewrite.to.front().latency.gain->low == second.rewrite.to.front().latency.gain->low);
  // Noise may not break a test: the figure is for people. 100 ms is what it may take.
  MESSAGE("60 windows, " << kWorlds << " draws: "
                         << std::chrono::duration<double, std::milli>(end - begin).count()
                         << " ms");
}

}  // namespace
}  // namespace testing
}  // namespace boundscope
