// Load: how much the target had to do, how much of it could be seen, and what else went on around
// it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyze/figures.h"
#include "analyze/process_model.h"
#include "analyze/run.h"
#include "analyze/stops.h"
#include "analyze/totals.h"
#include "boundscope/analysis.h"

namespace boundscope {

// Facts about the run that are not shares: counts, coverage, losses, the host.
struct Facts {
  View view = View::threads;
  bool service = false;    // it exchanged something with clients
  bool unsampled = false;  // no CPU samples were to be had: whose CPU time it is, is not asked
  double observed_s = 0;
  double observed_rows = 0;
  double duration_s = 0;
  double finished = 0;  // requests from outside the target
  double excluded = 0;
  double calls = 0;  // upstream calls
  double mean_latency_ns = 0;
  std::optional<double> slowed_to;  // pace while it was watched / between; empty: no difference
  double mean_in_flight = 0;
  double aborted = 0, pushed = 0, held_back = 0, long_polls = 0;
  double taken_out_ns = 0;  // of the requests in flight: long polls, and sockets that went unseen
  std::optional<double> coverage;         // followed exchanges / all
  std::optional<double> little_mismatch;  // relative
  double idle_share = 1;
  double idle_s = 0;                 // time without requests, summed over processes
  double unexplained_cpu_share = 0;  // CPU time beyond what requests in flight can have used
  double cores = 0;
  double cpu_limit = 1;
  bool cpu_quota = false;
  double lost = 0, loss_share = 0;
  std::string lost_most;
  double steal_share = 0;  // of the host's CPU time
  double neighbour_cores = 0, neighbour_share = 0;
  double encrypted_share = 0;  // of the exchanges looked at
  bool pipelined = false;
  double messages_per_exchange = 1;
  std::string pipelined_protocol, excluded_protocol;
  bool internal = false;           // some of its processes serve others of it
  double sampled_cpu_ratio = 1;    // sampled / scheduled CPU time
  double sampled_in_observed = 0;  // samples that ratio rests on
  double refaults_per_s = 0;
  std::optional<double> memory_limit_use;  // highest use / limit
  double memory_pressure = 0;
  std::optional<double> reread_share;  // of the pages read from storage: had been evicted before
  MemorySummary memory;
  std::optional<StoppedTail> tail;
  bool gc_makes_the_tail = false;
};

// The measurement was without it: neither "requests" nor their absence are known, for example.
bool is_absent(const Recording& recording, std::string_view capability);

Facts gather_facts(const Run& run, const std::map<pid_t, ProcessModel>& models,
                   const Table& totals);

Load load_of(const Run& run, const Facts& facts, const Evidence& evidence, const Threads& threads);

// Latency below which a share p of the requests stays. Empty without requests.
std::optional<double> latency_quantile_ns(const Run& run, double p);

}  // namespace boundscope
