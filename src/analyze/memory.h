// Memory: levels and slopes of the target's memory, and how short of it the target is.
#pragma once

#include <optional>
#include <vector>

#include "analyze/load.h"
#include "analyze/run.h"
#include "analyze/totals.h"
#include "boundscope/analysis.h"

namespace boundscope {

MemorySummary memory_of(const Run& run, const Facts& facts, const Threads& threads);

// What it takes of the host: pages that several of its processes share once, where that was looked
// at.
std::optional<double> held_bytes(const MemorySummary& memory);

// How many times its present size the heap could have under the limit, beside everything else that
// has to stay. Empty without a limit, or where the heap is not known.
std::optional<double> room_for_heap(const MemorySummary& memory);

// Median of the slopes between all pairs of points (Theil and Sen), with a 90 % interval from the
// distribution of Kendall's tau, widened by the autocorrelation of the residuals. 0 for fewer than
// two points.
Estimate theil_sen(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace boundscope
