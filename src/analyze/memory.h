// Memory: levels and slopes of the target's memory.
#pragma once

#include <vector>

#include "analyze/load.h"
#include "analyze/run.h"
#include "analyze/totals.h"
#include "boundscope/analysis.h"

namespace boundscope {

MemorySummary memory_of(const Run& run, const Facts& facts, const Threads& threads);

// Median of the slopes between all pairs of points. 0 for fewer than two points.
double theil_sen_slope(const std::vector<double>& x, const std::vector<double>& y);

}  // namespace boundscope
