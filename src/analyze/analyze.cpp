// The line of the analysis: recording -> run -> totals -> evidence -> verdict.
#include <map>
#include <utility>

#include "analyze/caveats.h"
#include "analyze/decide.h"
#include "analyze/details.h"
#include "analyze/figures.h"
#include "analyze/footprint.h"
#include "analyze/load.h"
#include "analyze/memory.h"
#include "analyze/owners.h"
#include "analyze/process_model.h"
#include "analyze/rewrite/elsewhere.h"
#include "analyze/rewrite/outlook.h"
#include "analyze/rewrite/source.h"
#include "analyze/run.h"
#include "analyze/stalls.h"
#include "analyze/stops.h"
#include "analyze/totals.h"
#include "boundscope/analysis.h"

namespace boundscope {
Analysis analyze(const Recording& recording, const AnalysisOptions& options) {
  const Run run = select_run(recording);
  const auto models = process_models(run);
  const Threads threads = sum_threads(run, models);
  const OwnerCounts owners = count_owners(run);
  const Table table = totals(run, models, threads, owners);
  Facts facts = gather_facts(run, models, table);
  const StallSource stalls = stall_source(run);
  const Source source = source_of(run);
  const Elsewhere elsewhere = elsewhere_of(run, owners, source);
  const Estimate evicted = evicted_reads(run, facts);
  const Setting setting{.view = facts.view,
                        .cpu_limit = facts.cpu_limit,
                        .evicted_reads = evicted.value,
                        .evicted_reads_high = evicted.high,
                        .one_lane = threads.lane.has_value(),
                        .managed = collects_garbage(source.runtime),
                        .interpreted = source.interpreted,
                        .stalls_counted = stalls.name == "pmu",
                        .stall_found_share = stalls.found_share};
  const Evidence evidence = gather_evidence(table, setting, recording.header.seed);
  Names names = find_names(run, models, owners, threads);
  names.heap_knob = heap_knob(source.runtime);

  Analysis analysis;
  analysis.observed_s = facts.observed_s;
  analysis.load = load_of(run, facts, evidence, threads);
  if (facts.view == View::requests) analysis.request_time = request_time(run, evidence, models);
  analysis.thread_time = thread_time(threads);
  analysis.cpu_time = cpu_time(evidence, owners);
  std::optional<double> gc_cpu_share;
  if (evidence.run.samples > 0) {
    gc_cpu_share = evidence.run.owner[static_cast<std::size_t>(CpuOwner::gc)] +
                   (owners.gc_faults - owners.barriers) / evidence.run.samples;
  }
  analysis.gc = gc_summary(run, gc_cpu_share);
  analysis.memory = memory_of(run, facts, threads);
  if (analysis.gc) {
    analysis.memory.live_heap_bytes = analysis.gc->live_heap_bytes;
    analysis.memory.heap_bytes = analysis.gc->heap_bytes;
  }
  set_footprint(analysis.memory, run);
  set_stalls(analysis.memory, stalls, evidence);
  facts.memory = analysis.memory;
  analysis.verdict = decide(evidence, facts, names, recording.header.seed);
  Outlook outlook = outlook_of({.run = run,
                                .evidence = evidence,
                                .facts = facts,
                                .names = names,
                                .verdict = analysis.verdict,
                                .load = analysis.load,
                                .memory = analysis.memory,
                                .source = source,
                                .priors = options.priors ? *options.priors : built_in_priors(),
                                .owners = owners,
                                .elsewhere = elsewhere,
                                .fixed = {},
                                .worlds = {},
                                .standards = {}},
                               options.to);
  analysis.rewrite = std::move(outlook.rewrite);
  analysis.alternatives = std::move(outlook.alternatives);
  add_stall_alternatives(analysis.alternatives, analysis.verdict, evidence);
  analysis.caveats = caveats_of(run, facts, evidence, elsewhere);
  return analysis;
}

}  // namespace boundscope
