// Services of the acceptance table as the collector delivers them, with noise.
#pragma once

#include "boundscope/analysis.h"
#include "support/recording_builder.h"

namespace boundscope::testing {

inline RecordingBuilder redis_saturated() {
  return RecordingBuilder{}
      .process(10, "redis-server")
      .thread(10, 10, "redis-server", {.on_cpu = 0.93, .woken = 0.05})
      .thread(10, 11, "bio_close_file", {.waits = {{WaitClass::lock, 1.0}}, .switches_per_s = 0})
      .requests(10, {.per_s = 50000,
                     .latency_ms = 1,
                     .running = {0.019},
                     .runnable = {0.001},
                     .lock = {0.02},
                     .behind_running = 0.94,
                     .socket_queue = 0.93})
      .samples(10, "redis-server", "[kernel]", "tcp_sendmsg", 0.65)
      .samples(10, "redis-server", "redis-server", "processCommand", 0.28);
}

inline RecordingBuilder redis_one_client() {
  return RecordingBuilder{}
      .process(10, "redis-server")
      .thread(10, 10, "redis-server", {.on_cpu = 0.5, .woken = 0.05})
      .requests(10, {.per_s = 20000,
                     .latency_ms = 0.02,
                     .running = {0.88},
                     .runnable = {0.1},
                     .idle = 0.6,
                     .background_running = 0.2})
      .samples(10, "redis-server", "[kernel]", "tcp_sendmsg", 0.38)
      .samples(10, "redis-server", "redis-server", "processCommand", 0.12);
}

// Two workers on two CPUs, which the load generator shares.
inline RecordingBuilder nginx_saturated() {
  RecordingBuilder builder;
  for (const pid_t pid : {20, 21}) {
    builder.process(pid, "nginx")
        .thread(pid, pid, "nginx", {.on_cpu = 0.62, .preempted = 0.3, .woken = 0.05})
        .requests(pid, {.per_s = 15000,
                        .latency_ms = 1,
                        .running = {0.04},
                        .runnable = {0.03},
                        .behind_running = 0.93,
                        .socket_queue = 0.8})
        .samples(pid, "nginx", "[kernel]", "tcp_sendmsg", 0.45)
        .samples(pid, "nginx", "nginx", "ngx_http_process", 0.17);
  }
  return builder.each_window(
      [](Window& window, std::size_t) { window.host.host_busy_ns = 2 * window.duration_ns; });
}

inline RecordingBuilder nginx_proxy() {
  return RecordingBuilder{}
      .process(20, "nginx")
      .thread(20, 20, "nginx", {.on_cpu = 0.05, .woken = 0.002})
      .requests(20, {.per_s = 600,
                     .latency_ms = 50.5,
                     .running = {0.002},
                     .runnable = {0.001},
                     .upstream = {0.99, 0.985, 0.995},
                     .behind_running = 0.004})
      .upstream(20, "127.0.0.1:9000", {.calls_per_s = 600, .latency_ms = 50})
      .samples(20, "nginx", "[kernel]", "tcp_sendmsg", 0.04)
      .samples(20, "nginx", "nginx", "ngx_http_upstream", 0.01);
}

// Idle Ms sit in futexes beside the requests.
inline RecordingBuilder go_upstream() {
  return RecordingBuilder{}
      .process(30, "api", Runtime::go)
      .thread(30, 31, "api", {.on_cpu = 0.1, .waits = {{WaitClass::lock, 0.7}}})
      .thread(30, 32, "api", {.on_cpu = 0.1, .waits = {{WaitClass::lock, 0.7}}})
      .requests(30, {.per_s = 500,
                     .latency_ms = 20.4,
                     .running = {0.015},
                     .runnable = {0.005},
                     .lock = {0.15, 0, 0.15},
                     .upstream = {0.82, 0.8, 0.975}})
      .upstream(30, "10.0.0.7:8080", {.calls_per_s = 500, .latency_ms = 20})
      .samples(30, "api", "api", "main.handle", 0.08)
      .samples(30, "api", "[kernel]", "tcp_sendmsg", 0.12);
}

inline RecordingBuilder go_computing() {
  return RecordingBuilder{}
      .process(30, "api", Runtime::go)
      .thread(30, 31, "api", {.on_cpu = 0.7, .preempted = 0.08})
      .thread(30, 32, "api", {.on_cpu = 0.7, .preempted = 0.08})
      .requests(30, {.per_s = 140,
                     .latency_ms = 14,
                     .running = {0.68},
                     .runnable = {0.12},
                     .behind_running = 0.2,
                     .idle = 0.1})
      .samples(30, "api", "api", "main.compute", 1.25)
      .samples(30, "api", "[kernel]", "tcp_sendmsg", 0.15);
}

// One multiplexed connection: a call is open nearly all the time, and it stands for all requests.
inline RecordingBuilder node_redis() {
  return RecordingBuilder{}
      .process(40, "node", Runtime::node)
      .thread(40, 40, "node", {.on_cpu = 0.3, .woken = 0.01})
      .thread(40, 41, "node", {.waits = {{WaitClass::lock, 1.0}}, .switches_per_s = 0})
      .requests(40, {.per_s = 3000,
                     .latency_ms = 5.3,
                     .running = {0.02},
                     .lock = {0.05, 0, 0.06},
                     .upstream = {0.06, 0.01, 0.06},
                     .behind_running = 0.15,
                     .behind_waiting = 0.71})
      .upstream(40, "127.0.0.1:6380", {.calls_per_s = 200, .latency_ms = 5, .resends_per_s = 2800})
      .samples(40, "node", "[jit]", "", 0.15)
      .samples(40, "node", "node", "v8::Call", 0.15);
}

inline RecordingBuilder node_saturated() {
  return RecordingBuilder{}
      .process(40, "node", Runtime::node)
      .thread(40, 40, "node", {.on_cpu = 0.96, .preempted = 0.02})
      .thread(40, 41, "node", {.on_cpu = 0.05})
      .requests(40, {.per_s = 100,
                     .latency_ms = 160,
                     .running = {0.06},
                     .lock = {0.2, 0, 0.2},
                     .behind_running = 0.74,
                     .socket_queue = 0.6})
      .samples(40, "node", "[jit]", "", 0.9)
      .samples(40, "node", "node", "v8::Call", 0.1);
}

inline RecordingBuilder python_threads() {
  RecordingBuilder builder;
  builder.process(50, "python3", Runtime::cpython);
  for (pid_t i = 0; i < 8; ++i) {
    builder.thread(50, 51 + i, "python3", {.on_cpu = 0.125, .waits = {{WaitClass::lock, 0.85}}});
  }
  return builder
      .requests(
          50,
          {.per_s = 100, .latency_ms = 80, .running = {0.125}, .runnable = {0.005}, .lock = {0.87}})
      .locks(50, {.running = 3, .other = 4})
      .samples(50, "python3", "python3.11", "_PyEval_EvalFrameDefault", 0.95)
      .samples(50, "python3", "[kernel]", "futex_wait", 0.05);
}

// The same service while its threads crowd on one CPU: they wait for that instead of the lock.
inline RecordingBuilder python_threads_on_one_cpu(double behind_running = 0.054) {
  RecordingBuilder builder;
  builder.process(50, "python3", Runtime::cpython);
  for (pid_t i = 0; i < 8; ++i) {
    builder.thread(50, 51 + i, "python3", {.on_cpu = 0.122, .preempted = 0.6, .woken = 0.2});
  }
  return builder
      .requests(50, {.per_s = 1500,
                     .latency_ms = 5.1,
                     .running = {0.129 * (1 - behind_running)},
                     .runnable = {0.821 * (1 - behind_running)},
                     .lock = {0.05 * (1 - behind_running)},
                     .behind_running = behind_running,
                     .socket_queue = 0.8})
      .locks(50, {.running = 1, .other = 1})
      .samples(50, "python3", "python3.11", "_PyEval_EvalFrameDefault", 0.95)
      .samples(50, "python3", "[kernel]", "futex_wait", 0.05);
}

inline RecordingBuilder postgres(const RequestMix& mix, const LockMix& locks,
                                 const ThreadMix& thread) {
  RecordingBuilder builder;
  for (pid_t pid = 60; pid < 64; ++pid) {
    builder.process(pid, "postgres")
        .thread(pid, pid, "postgres", thread)
        .requests(pid, mix)
        .locks(pid, locks)
        .samples(pid, "postgres", "postgres", "ExecScan", 0.6 * thread.on_cpu)
        .samples(pid, "postgres", "[kernel]", "tcp_sendmsg", 0.35 * thread.on_cpu)
        .samples(pid, "postgres", "libc.so.6", "memcpy", 0.05 * thread.on_cpu);
  }
  return builder;
}
inline RecordingBuilder postgres_select() {
  return postgres(
      {.per_s = 4000, .latency_ms = 0.2, .running = {0.6}, .runnable = {0.39}, .idle = 0.2}, {},
      {.on_cpu = 0.48, .preempted = 0.2, .woken = 0.1});
}
// One backend syncs, the others wait for it.
inline RecordingBuilder postgres_fsync() {
  return postgres(
      {.per_s = 50,
       .latency_ms = 18,
       .running = {0.05},
       .runnable = {0.02},
       .lock = {0.55},
       .disk = {0.37},
       .idle = 0.1},
      {.running = 0.01, .disk = 0.48, .other = 0.01},
      {.on_cpu = 0.05, .waits = {{WaitClass::disk_sync, 0.33}, {WaitClass::lock, 0.5}}});
}

inline RecordingBuilder mutex_fight() {
  RecordingBuilder builder;
  builder.process(70, "locky");
  for (pid_t i = 0; i < 8; ++i) {
    builder.thread(70, 71 + i, "worker", {.on_cpu = 0.1, .waits = {{WaitClass::lock, 0.85}}});
  }
  return builder
      .requests(70, {.per_s = 400,
                     .latency_ms = 20,
                     .running = {0.1},
                     .runnable = {0.02},
                     .lock = {0.87, 0.75, 0.9}})
      .locks(70, {.running = 6, .other = 0.5})
      .samples(70, "worker", "locky", "work", 0.8);
}

// 8 workers that wait 50 ms upstream, 64 clients.
inline RecordingBuilder small_pool() {
  RecordingBuilder builder;
  builder.process(80, "pool");
  for (pid_t i = 0; i < 8; ++i) {
    builder.thread(80, 81 + i, "worker", {.on_cpu = 0.01, .waits = {{WaitClass::upstream, 0.98}}});
  }
  return builder
      .requests(80, {.per_s = 158,
                     .latency_ms = 405,
                     .running = {0.002},
                     .upstream = {0.123},
                     .behind_running = 0.05,
                     .behind_waiting = 0.82,
                     .socket_queue = 0.8})
      .upstream(80, "10.0.0.9:80", {.calls_per_s = 158, .latency_ms = 50})
      .samples(80, "worker", "pool", "work", 0.04)
      .samples(80, "worker", "[kernel]", "tcp_sendmsg", 0.04);
}

inline RecordingBuilder parked_threads() {
  RecordingBuilder builder;
  builder.process(90, "parked");
  for (pid_t i = 0; i < 200; ++i) builder.thread(90, 91 + i, "parked", {.switches_per_s = 0});
  return builder;
}

// Half a core, asked for a whole one.
inline RecordingBuilder quota() {
  return RecordingBuilder{}
      .cpu_limit(0.5, true)
      .process(95, "api", Runtime::go)
      .thread(95, 96, "api", {.on_cpu = 0.5, .woken = 0.02, .throttled = 0.45})
      .requests(95, {.per_s = 50,
                     .latency_ms = 80,
                     .running = {0.12},
                     .runnable = {0.12},
                     .behind_running = 0.76})
      .samples(95, "api", "api", "main.compute", 0.5)
      .each_window([](Window& window, std::size_t) {
        window.host.cgroup_periods = 10;
        window.host.cgroup_periods_throttled = 9;
        window.host.cgroup_throttled_ns = window.duration_ns * 45 / 100;
      });
}

inline RecordingBuilder http2(double on_cpu) {
  return RecordingBuilder{}
      .process(97, "grpc", Runtime::go)
      .thread(97, 98, "grpc", {.on_cpu = on_cpu, .woken = 0.02})
      .requests(97, {.per_s = 2,
                     .latency_ms = 5,
                     .running = {0.1},
                     .upstream = {0.9},
                     .idle = 0.9,
                     .excluded_per_s = 400})
      .samples(97, "grpc", "grpc", "main.serve", on_cpu);
}

inline RecordingBuilder compressing() {
  return RecordingBuilder{}
      .process(99, "gzip")
      .thread(99, 99, "gzip", {.on_cpu = 0.97, .waits = {{WaitClass::disk_read, 0.02}}})
      .samples(99, "gzip", "gzip", "deflate", 0.93)
      .samples(99, "gzip", "[kernel]", "vfs_read", 0.04);
}

// A sort beyond its memory limit.
inline RecordingBuilder sorting(WaitClass wait) {
  return RecordingBuilder{}
      .process(99, "sort")
      .thread(99, 99, "sort", {.on_cpu = 0.2, .waits = {{wait, 0.78}}})
      .samples(99, "sort", "sort", "compare", 0.2);
}

}  // namespace boundscope::testing
