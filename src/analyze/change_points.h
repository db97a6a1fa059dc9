// Change points: where the level of a series shifts for good (docs/method.md, "Steady state").
#pragma once

#include <cstddef>
#include <vector>

#include "analyze/table.h"

namespace boundscope {

// First rows of all segments but the first, by optimal partitioning with a Gaussian cost on the
// means of all columns together. No segment is shorter than `min_segment` rows; a shift smaller
// than kMinChange in every column is ignored. Columns are logarithms.
std::vector<std::size_t> change_points(const Table& series, std::size_t min_segment);

}  // namespace boundscope
