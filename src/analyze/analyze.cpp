// The line of the analysis: recording -> run -> totals -> evidence -> verdict.
#include <map>

#include "analyze/caveats.h"
#include "analyze/decide.h"
#include "analyze/details.h"
#include "analyze/figures.h"
#include "analyze/load.h"
#include "analyze/memory.h"
#include "analyze/owners.h"
#include "analyze/process_model.h"
#include "analyze/rewrite.h"
#include "analyze/run.h"
#include "analyze/totals.h"
#include "boundscope/analysis.h"

namespace boundscope {
namespace {

// Of the process that uses most CPU time.
Runtime main_runtime(const Run& run) {
  std::map<pid_t, std::uint64_t> on_cpu;
  for (const Window* window : run.windows) {
    for (const ProcessWindow& process : window->processes) {
      on_cpu[process.pid] += process.on_cpu_ns;
    }
  }
  Runtime runtime = Runtime::unknown;
  std::uint64_t most = 0;
  for (const auto& [pid, time] : on_cpu) {
    if (time > most) {
      most = time;
      runtime = run.runtime_of(pid);
    }
  }
  return runtime;
}

}  // namespace

Analysis analyze(const Recording& recording) {
  const Run run = select_run(recording);
  const auto models = process_models(run);
  const Threads threads = sum_threads(run, models);
  const OwnerCounts owners = count_owners(run);
  const Table table = totals(run, models, threads, owners);
  const Facts facts = gather_facts(run, models, table);
  const Setting setting{
      .view = facts.view,
      .cpu_limit = facts.cpu_limit,
      .evicted_reads = evicted_reads(run, facts.refaults_per_s, facts.memory_limit_use),
      .one_lane = threads.lane.has_value()};
  const Evidence evidence = gather_evidence(table, setting, recording.header.seed);
  const Names names = find_names(run, models, owners, threads);

  Analysis analysis;
  analysis.observed_s = facts.observed_s;
  analysis.load = load_of(run, facts, evidence, threads);
  if (facts.view == View::requests) analysis.request_time = request_time(run, evidence, models);
  analysis.thread_time = thread_time(threads);
  analysis.cpu_time = cpu_time(evidence, owners);
  analysis.memory = memory_of(run, facts, threads);
  analysis.verdict = decide(evidence, facts, names, recording.header.seed);
  analysis.rewrite = rewrite_of(analysis.verdict, evidence, facts, main_runtime(run));
  analysis.alternatives = alternatives_of(analysis.verdict, evidence, facts, names);
  analysis.caveats = caveats_of(run, facts, evidence);
  return analysis;
}

}  // namespace boundscope
