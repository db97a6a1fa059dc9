// Analysis: what the recording says, in numbers with intervals. Pure; knows no wording.
//
// Every share is in [0, 1]. Intervals are 90 % (docs/method.md, "Intervals"): the wider of six
// batch means with Student's t and a circular block bootstrap over windows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "boundscope/recording.h"
#include "boundscope/verdict.h"

namespace boundscope {

// Where a request's time goes; spelled as in JSON.
enum class RequestComponent {
  cpu,
  run_queue,
  gc_pause,
  upstream,
  disk,
  lock,
  paging,
  throttled,
  socket_queue,
  transfer,
  unattributed,
};
// Whose CPU time it is; spelled as in JSON.
enum class CpuOwner {
  application,
  interpreter,
  jit_compiler,
  gc,
  allocator,
  runtime,
  builtin,
  native_library,
  kernel,
  unknown,
};

struct Detail {
  std::string name;  // a peer, a library, a kernel subsystem, a file operation
  double share = 0;  // of the whole, not of its component
};
struct RequestShare {
  RequestComponent component = RequestComponent::unattributed;
  Estimate share;
  std::vector<Detail> detail;  // largest first
};
struct CpuShare {
  CpuOwner owner = CpuOwner::unknown;
  Estimate share;
  std::vector<Detail> detail;  // largest first
};

enum class View { requests, threads };

struct Load {
  View view = View::threads;
  std::optional<double> requests;  // finished in the observed time
  std::optional<double> requests_per_s;
  std::optional<double> in_flight;  // mean of N(t)
  std::optional<double> latency_mean_ms;
  std::optional<double> latency_p50_ms;
  std::optional<double> latency_p99_ms;
  double cpu_cores = 0;                        // cores in use, mean
  std::optional<double> busiest_thread_share;  // on CPU or runnable share of the busiest thread
  std::string busiest_thread;                  // its comm
  std::optional<double> idle_share;       // time with no request in flight (threads: nothing runs)
  std::optional<double> socket_coverage;  // exchanges the state machine could follow
};

struct GcSummary {
  std::string source;
  std::uint64_t pauses = 0;
  double pause_total_ms = 0;
  double pause_max_ms = 0;
  double pause_share = 0;
  std::optional<double> cpu_share;
};

struct MemorySummary {
  std::optional<double> rss_bytes;
  std::optional<double> rss_slope_bytes_per_s;
  std::optional<double> live_heap_bytes;
  std::optional<double> heap_bytes;
  std::optional<double> limit_bytes;
  std::optional<double> major_faults_per_s;
  std::optional<double> reclaim_share;
  std::optional<double> pressure_full_share;
  std::optional<double> stall_share;
  std::string stall_source;  // "pmu" "post_load" or empty (null)
};

// Thread view: shares of the wall time of threads that did work (>= 1 % of a CPU).
struct ThreadTime {
  std::string state;  // "cpu" "run_queue" "throttled" or a WaitClass
  double share = 0;
};

// What a reader has to know before believing the rest. Worded in src/report/caveats.cpp.
struct Caveat {
  std::string code;             // stable, snake_case
  std::optional<double> value;  // the number the wording needs
  std::string subject;          // the name the wording needs
};

struct Analysis {
  Load load;
  double observed_s = 0;
  std::vector<RequestShare> request_time;  // empty in the thread view
  std::vector<ThreadTime> thread_time;     // always there
  std::vector<CpuShare> cpu_time;
  std::optional<GcSummary> gc;
  MemorySummary memory;
  Verdict verdict;
  Rewrite rewrite;
  std::vector<Alternative> alternatives;
  std::vector<Caveat> caveats;
};

// Never fails: a recording that cannot decide yields Bound::inconclusive with its reasons.
Analysis analyze(const Recording& recording);

std::string_view to_string(RequestComponent value);
std::string_view to_string(CpuOwner value);
std::string_view to_string(View value);

}  // namespace boundscope
