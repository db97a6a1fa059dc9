// Stalls: the part of the CPU time in which the core only waits for caches and DRAM
// (docs/stalls.md).
#pragma once

#include <string>
#include <vector>

#include "analyze/figures.h"
#include "analyze/run.h"
#include "boundscope/analysis.h"

namespace boundscope {

struct StallSource {
  std::string name;     // "pmu" "post_load"; empty: neither
  std::string missing;  // why there is none, where that is known
  // Share that the source shows of a program which does nothing but wait; above 0.
  double found_share = 1;
};
StallSource stall_source(const Run& run);

// Fills in the share with its interval.
void set_stalls(MemorySummary& memory, const StallSource& source, const Evidence& evidence);

// Stalled part of all CPU time, the kernel's included, which has none that is known.
double stalled_cpu_share(const Figures& figures);
// The same with its interval: what varied in the run, and what the model may be wrong by.
Estimate stalled_cpu_interval(const Evidence& evidence);

// What could make it wait less.
void add_stall_alternatives(std::vector<Alternative>& alternatives, const Verdict& verdict,
                            const Evidence& evidence);

}  // namespace boundscope
