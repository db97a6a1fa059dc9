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
  std::optional<double> latency_p99_without_stops_ms;  // less what stops of the runtime cost each
  double cpu_cores = 0;                                // cores in use, mean
  std::optional<double> busiest_thread_share;  // on CPU or runnable share of the busiest thread
  std::string busiest_thread;                  // its comm
  std::optional<double> idle_share;       // time with no request in flight (threads: nothing runs)
  std::optional<double> socket_coverage;  // exchanges the state machine could follow
};

// Collections of all processes of the target. Empty: not known.
struct GcSummary {
  std::string source;            // of the pauses: "usdt" "symbols" "go-memstats" ...; empty: none
  std::string collector;         // of the first process that tells
  std::string missing;           // why there is no source
  std::optional<double> pauses;  // stops of the program by its runtime, whatever for
  std::optional<double> pause_total_ms;
  std::optional<double> pause_max_ms;
  std::optional<double> pause_share;  // of the processes' time
  std::optional<double> cycles;
  std::optional<double> cpu_share;        // of the CPU samples
  std::optional<double> live_heap_bytes;  // after the last collection
  std::optional<double> heap_bytes;       // held for objects
  std::optional<double> heap_goal_bytes;  // the next collection begins there
  std::optional<double> heap_max_bytes;   // it may grow to
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
  std::optional<double> stall_share;  // of the CPU time in user space: waiting for caches and DRAM
  std::optional<double> stall_low, stall_high;
  std::string stall_source;   // "pmu" "post_load" or empty (null)
  std::string stall_missing;  // why there is no source, where that is known

  // Levels over all processes; 90 % intervals where there are some.
  std::optional<double> rss_slope_low, rss_slope_high;
  std::optional<double> limit_reached_in_s;  // at this slope; empty: no limit, or no clear growth
  std::optional<double> anonymous_bytes;     // of rss_bytes
  std::optional<double> file_bytes;
  std::optional<double> shmem_bytes;
  std::optional<double> swap_bytes;
  std::optional<double> usage_bytes;       // of the limiting cgroup, page cache included
  std::optional<double> page_cache_bytes;  // of usage_bytes
  std::optional<double> limit_hits_per_s;  // allocations that met a limit
  std::optional<double> oom_kills;
  std::optional<double> refaults_per_s;
  std::optional<double> pressure_some_share;
  std::string pressure_source;              // "cgroup" "host" or empty (null)
  std::optional<double> fault_share;        // of the working threads' time, in major faults
  std::optional<double> reclaim_cpu_share;  // of the CPU time: direct reclaim and compaction

  // Footprint: what the memory is. Sums over the processes at the moment of the look; what was not
  // looked at is taken to be like what was (of the same program).
  std::string footprint_source;               // "smaps" "smaps_rollup" or empty (null)
  std::string footprint_missing;              // why there is none
  std::optional<double> processes;            // alive at the end
  std::optional<double> pss_bytes;            // shared pages once
  std::optional<double> private_bytes;        // of it: mapped by one process alone
  std::optional<double> shared_bytes;         // of it: mapped by several
  std::optional<double> heap_headroom_bytes;  // heap_bytes less live_heap_bytes
  std::optional<double> allocator_bytes;      // anonymous memory that is neither heap nor stack
  std::optional<double> stack_bytes;
  std::optional<double> code_bytes;         // program and libraries, resident
  std::optional<double> mapped_file_bytes;  // other files, resident
  std::optional<double> worker_bytes;  // mean over the processes: what one more of them would cost
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

struct AnalysisOptions {
  std::vector<std::string> to;  // languages to predict for; empty: the usual ones for the target's
  const Priors* priors = nullptr;  // outlives the call; null: those built in
};

// Never fails: a recording that cannot decide yields Bound::inconclusive with its reasons.
Analysis analyze(const Recording& recording, const AnalysisOptions& options = {});

std::string_view to_string(RequestComponent value);
std::string_view to_string(CpuOwner value);
std::string_view to_string(View value);

}  // namespace boundscope
