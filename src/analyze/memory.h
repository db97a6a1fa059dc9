// Memory: levels and slopes of the target's memory, and how short of it the target is.
#pragma once

#include <vector>

#include "analyze/load.h"
#include "analyze/run.h"
#include "analyze/totals.h"
#include "boundscope/analysis.h"

namespace boundscope {

MemorySummary memory_of(const Run& run, const Facts& facts, const Threads& threads);

// Median of the slopes between all pairs of points (Theil and Sen), with a 90 % interval from the
// distribution of Kendall's tau, widened by the autocorrelation of the residuals. 0 for fewer than
// two points.
Estimate theil_sen(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace boundscope
