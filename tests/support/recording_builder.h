// RecordingBuilder: recordings for tests, built in memory from rates and shares with some noise.
//
//   const Recording recording = RecordingBuilder{}
//                                   .seconds(30)
//                                   .process(10, "web", Runtime::go)
//                                   .thread(10, 11, "web", {.on_cpu = 0.3})
//                                   .requests(10, {.per_s = 100, .latency_ms = 20, .upstream =
//                                   {0.9}}) .build();
//
// The same calls give the same recording on any machine.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "boundscope/recording.h"

namespace boundscope::testing {

// Share of the request time with its attribution bounds; those default to the share itself.
struct ActivityMix {
  double share = 0;
  double low = -1;
  double high = -1;
};

// What is left of the request time after all shares is behind_nothing.
struct RequestMix {
  double per_s = 0;
  double latency_ms = 1;
  ActivityMix running = {}, runnable = {}, lock = {}, disk = {}, upstream = {};
  double behind_running = 0, behind_waiting = 0;
  double socket_queue = 0;                             // of the request time; part of the remainder
  double transfer = 0;                                 // on top, as a multiple of the request time
  double idle = 0;                                     // share of the wall time without requests
  double background_running = 0, background_lock = 0;  // threads, while idle
  double excluded_per_s = 0;
};

// Shares of the wall time; what is left is poll.
struct ThreadMix {
  double on_cpu = 0, preempted = 0, woken = 0, throttled = 0;
  std::vector<std::pair<WaitClass, double>> waits = {};
  double switches_per_s = 100;
};

struct UpstreamMix {
  double calls_per_s = 0;
  double latency_ms = 1;
  double resends_per_s = 0;
  bool internal = false;
};

// Thread-seconds of lock waits a second, by what the holder did.
struct LockMix {
  double running = 0, disk = 0, upstream = 0, other = 0;
};

class RecordingBuilder {
 public:
  RecordingBuilder& seconds(double value) { return set(seconds_, value); }
  RecordingBuilder& window_ms(double value) { return set(window_ms_, value); }
  RecordingBuilder& noise(double value) { return set(noise_, value); }  // relative, uniform
  RecordingBuilder& seed(std::uint64_t value) { return set(recording_.header.seed, value); }
  RecordingBuilder& cpus(std::uint32_t value) { return set(recording_.header.cpus, value); }
  RecordingBuilder& cpu_limit(double cores, bool quota = false) {
    recording_.header.cpu_quota = quota;
    return set(recording_.header.cpu_limit, cores);
  }

  RecordingBuilder& process(pid_t pid, std::string comm, Runtime runtime = Runtime::native) {
    TargetProcess process;
    process.pid = pid;
    process.start_ticks = static_cast<std::uint64_t>(1000 + pid);
    process.exe = "/usr/bin/" + comm;
    process.comm = std::move(comm);
    process.runtime = runtime;
    process.threads = 1;
    recording_.processes.push_back(std::move(process));
    return *this;
  }
  RecordingBuilder& thread(pid_t pid, pid_t tid, std::string comm, ThreadMix mix) {
    threads_.push_back({pid, tid, std::move(comm), std::move(mix)});
    return *this;
  }
  RecordingBuilder& requests(pid_t pid, RequestMix mix) {
    requests_[pid] = mix;
    return *this;
  }
  RecordingBuilder& upstream(pid_t pid, std::string peer, UpstreamMix mix) {
    upstreams_.push_back({pid, std::move(peer), mix});
    return *this;
  }
  RecordingBuilder& locks(pid_t pid, LockMix mix) {
    locks_[pid] = mix;
    return *this;
  }
  // CPU samples worth `cores`, with this leaf. Module "[kernel]" is a sample in the kernel.
  RecordingBuilder& samples(pid_t pid, std::string comm, std::string module, std::string symbol,
                            double cores) {
    samples_.push_back({pid, std::move(comm), add_stack(module, symbol), cores});
    return *this;
  }
  // Waits whose stacks were sampled, with this frame: `threads` of them at any time.
  RecordingBuilder& sampled_waits(pid_t pid, std::string comm, WaitClass wait, std::string module,
                                  std::string symbol, double threads) {
    sampled_waits_.push_back({pid, std::move(comm), wait, add_stack(module, symbol), threads});
    return *this;
  }
  // Called for every window after everything else is in.
  RecordingBuilder& each_window(std::function<void(Window&, std::size_t)> edit) {
    edits_.push_back(std::move(edit));
    return *this;
  }

  Recording build() const {
    Recording recording = recording_;
    const auto count = static_cast<std::size_t>(seconds_ * 1000 / window_ms_ + 0.5);
    Noise noise{std::mt19937_64(recording.header.seed + 1), noise_};
    for (std::size_t i = 0; i < count; ++i) recording.windows.push_back(window(i, noise));
    for (std::size_t i = 0; i < count; ++i) {
      for (const auto& edit : edits_) edit(recording.windows[i], i);
    }
    recording.end = RecordingEnd::complete;
    return recording;
  }

  RecordingBuilder() {
    recording_.header.tool_version = "0.1.0";
    recording_.header.started = "2026-11-24T12:00:00Z";
    recording_.header.kernel = "6.18.0";
    recording_.header.architecture = "x86_64";
    recording_.header.cpus = 2;
    recording_.header.cpu_limit = 2;
    recording_.header.host_memory_bytes = 4ULL << 30;
    recording_.header.frequency_hz = 99;
    recording_.header.budget_share = 0.01;
    recording_.header.seed = 7;
    recording_.header.target = "port 8080";
  }

 private:
  struct Thread {
    pid_t pid;
    pid_t tid;
    std::string comm;
    ThreadMix mix;
  };
  struct Upstream {
    pid_t pid;
    std::string peer;
    UpstreamMix mix;
  };
  struct Samples {
    pid_t pid;
    std::string comm;
    std::uint32_t stack;
    double cores;
  };
  struct SampledWaits {
    pid_t pid;
    std::string comm;
    WaitClass wait;
    std::uint32_t stack;
    double threads;
  };
  // Factors around 1; no distribution of the standard library, those differ between
  // implementations.
  struct Noise {
    std::mt19937_64 engine;
    double width;
    double operator()() {
      const double uniform = static_cast<double>(engine() >> 11) * 0x1.0p-53;
      return 1 + width * (2 * uniform - 1);
    }
  };

  template <class T, class V>
  RecordingBuilder& set(T& member, V value) {
    member = value;
    return *this;
  }

  std::uint32_t add_stack(const std::string& module, const std::string& symbol) {
    Stack stack;
    stack.id = static_cast<std::uint32_t>(recording_.stacks.size());
    stack.in_kernel = module == "[kernel]";
    stack.frames.push_back(static_cast<std::uint32_t>(recording_.frames.size()));
    recording_.frames.push_back({.module = module, .symbol = symbol});
    recording_.stacks.push_back(std::move(stack));
    return recording_.stacks.back().id;
  }

  static std::uint64_t whole(double value) {
    return static_cast<std::uint64_t>(std::max(0.0, value) + 0.5);
  }

  Window window(std::size_t index, Noise& noise) const {
    Window window;
    window.duration_ns = whole(window_ms_ * 1e6);
    window.observed_ns = window.duration_ns;
    window.start_ns = index * window.duration_ns;
    for (const TargetProcess& process : recording_.processes) {
      ProcessWindow row;
      row.pid = process.pid;
      row.requests.observed_ns = window.observed_ns;
      row.requests.idle_ns = window.observed_ns;
      const auto mix = requests_.find(process.pid);
      if (mix != requests_.end()) add_requests(window, row.requests, mix->second, noise);
      window.processes.push_back(row);
    }
    for (const Thread& thread : threads_) add_thread(window, thread, noise);
    add_others(window, noise);
    double on_cpu = 0;
    for (const ProcessWindow& row : window.processes) on_cpu += static_cast<double>(row.on_cpu_ns);
    window.host.cpu_ns = whole(on_cpu);
    window.host.host_busy_ns = whole(on_cpu);
    window.host.rss_bytes = 100ULL << 20;
    window.cost.tool_cpu_ns = whole(static_cast<double>(window.duration_ns) / 500);
    window.cost.tool_rss_bytes = 20ULL << 20;
    window.cost.switches = whole(window_ms_);
    window.cost.socket_events = whole(window_ms_);
    return window;
  }

  static void add_requests(Window& window, RequestTotals& row, const RequestMix& mix,
                           Noise& noise) {
    const double seconds = static_cast<double>(window.duration_ns) / 1e9;
    const double finished = mix.per_s * seconds * noise();
    row.finished = row.started = whole(finished);
    row.latency_ns = whole(static_cast<double>(row.finished) * mix.latency_ms * 1e6 * noise());
    row.idle_ns = whole(mix.idle * static_cast<double>(window.duration_ns));
    const std::array<ActivityMix, kActivities> mixes{mix.running, mix.runnable, mix.lock, mix.disk,
                                                     mix.upstream};
    // Every part has its noise; their sum is the time in flight.
    const double in_flight = static_cast<double>(row.latency_ns);
    double nothing = 1 - mix.behind_running - mix.behind_waiting;
    for (std::size_t i = 0; i < kActivities; ++i) {
      const double factor = in_flight * noise();
      const auto& [share, low, high] = mixes[i];
      row.activity[i].point_ns = whole(share * factor);
      row.activity[i].low_ns = whole((low < 0 ? share : low) * factor);
      row.activity[i].high_ns = whole((high < 0 ? share : high) * factor);
      nothing -= share;
      row.in_flight_ns += row.activity[i].point_ns;
    }
    row.behind_running_ns = whole(mix.behind_running * in_flight * noise());
    row.behind_waiting_ns = whole(mix.behind_waiting * in_flight * noise());
    row.behind_nothing_ns = whole(std::max(0.0, nothing) * in_flight * noise());
    row.in_flight_ns += row.behind_running_ns + row.behind_waiting_ns + row.behind_nothing_ns;
    row.socket_queue_ns = whole(mix.socket_queue * in_flight);
    row.transfer_ns = whole(mix.transfer * in_flight * noise());
    const auto idle_ns = static_cast<double>(row.idle_ns);
    row.background_ns[static_cast<std::size_t>(Activity::running)] =
        whole(mix.background_running * idle_ns);
    row.background_ns[static_cast<std::size_t>(Activity::lock)] =
        whole(mix.background_lock * idle_ns);
    row.excluded = whole(mix.excluded_per_s * seconds);
    row.peak_in_flight = 1 + whole(mix.per_s * mix.latency_ms / 1000);
    if (row.finished > 0) {
      std::uint32_t bucket = 0;
      while (bucket + 1 < kLatencyBuckets &&
             latency_bucket_lower_ns(bucket + 1) <= whole(mix.latency_ms * 1e6)) {
        ++bucket;
      }
      window.latencies.push_back({bucket, row.finished});
    }
  }

  static void add_thread(Window& window, const Thread& thread, Noise& noise) {
    const auto wall = static_cast<double>(window.duration_ns);
    ThreadWindow row;
    row.tid = thread.tid;
    row.pid = thread.pid;
    row.comm = thread.comm;
    row.on_cpu_ns = whole(std::min(1.0, thread.mix.on_cpu * noise()) * wall);
    row.preempted_ns = whole(thread.mix.preempted * wall);
    row.woken_ns = whole(thread.mix.woken * wall);
    row.throttled_ns = whole(thread.mix.throttled * wall);
    double poll = wall - static_cast<double>(row.on_cpu_ns + row.preempted_ns + row.woken_ns +
                                             row.throttled_ns);
    for (const auto& [wait, share] : thread.mix.waits) {
      row.blocked_ns[static_cast<std::size_t>(wait)] = whole(share * wall);
      poll -= share * wall;
    }
    row.blocked_ns[static_cast<std::size_t>(WaitClass::poll)] += whole(poll);
    row.switches = whole(thread.mix.switches_per_s * wall / 1e9);
    for (ProcessWindow& process : window.processes) {
      if (process.pid != thread.pid) continue;
      process.on_cpu_ns += row.on_cpu_ns;
      process.preempted_ns += row.preempted_ns;
      process.woken_ns += row.woken_ns;
      process.throttled_ns += row.throttled_ns;
      for (std::size_t i = 0; i < kWaitClasses; ++i) process.blocked_ns[i] += row.blocked_ns[i];
      process.running_any_ns = std::min(window.duration_ns, process.running_any_ns + row.on_cpu_ns);
    }
    window.threads.push_back(std::move(row));
  }

  void add_others(Window& window, Noise& noise) const {
    const double seconds = static_cast<double>(window.duration_ns) / 1e9;
    for (const Upstream& upstream : upstreams_) {
      UpstreamTotals row;
      row.pid = upstream.pid;
      row.peer = upstream.peer;
      row.internal = upstream.mix.internal;
      row.calls = whole(upstream.mix.calls_per_s * seconds * noise());
      row.latency_ns = whole(static_cast<double>(row.calls) * upstream.mix.latency_ms * 1e6);
      row.longest_ns = whole(2 * upstream.mix.latency_ms * 1e6);
      row.resends = whole(upstream.mix.resends_per_s * seconds);
      window.upstreams.push_back(std::move(row));
    }
    for (const auto& [pid, mix] : locks_) {
      const double ns = static_cast<double>(window.duration_ns);
      window.lock_causes.push_back({pid, whole(mix.running * ns), whole(mix.disk * ns),
                                    whole(mix.upstream * ns), whole(mix.other * ns)});
    }
    for (const Samples& samples : samples_) {
      const double expected = samples.cores * seconds * recording_.header.frequency_hz;
      const std::uint64_t count = whole(expected * noise());
      if (count > 0)
        window.samples.push_back({samples.pid, samples.comm, true, samples.stack, count});
      window.cost.samples += count;
    }
    for (const SampledWaits& waits : sampled_waits_) {
      const double ns = waits.threads * static_cast<double>(window.duration_ns);
      window.wait_stacks.push_back(
          {waits.pid, waits.comm, waits.wait, waits.stack, whole(ns * noise()), 20});
    }
  }

  Recording recording_;
  double seconds_ = 30;
  double window_ms_ = 1000;
  double noise_ = 0.1;
  std::vector<Thread> threads_;
  std::map<pid_t, RequestMix> requests_;
  std::vector<Upstream> upstreams_;
  std::map<pid_t, LockMix> locks_;
  std::vector<Samples> samples_;
  std::vector<SampledWaits> sampled_waits_;
  std::vector<std::function<void(Window&, std::size_t)>> edits_;
};

}  // namespace boundscope::testing
