// Intervals: how far the windows of one run let a share vary (docs/method.md, "Intervals").
//
// Everything here works on ratios of sums over windows. Windows follow each other and are
// correlated, so that resampling takes blocks, and the six batch means have the last word where
// they are wider.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "analyze/table.h"
#include "boundscope/verdict.h"

namespace boundscope {

// Number of independent windows the series is worth: n / tau with the integrated autocorrelation
// time, cut at the first negative autocorrelation. At least 1; n for a constant series.
double effective_windows(std::span<const double> series);

// Block length for the circular block bootstrap after Politis and White, in [1, n / 3].
double politis_white_block(std::span<const double> series);

// Sums of the table's columns: over all rows, per batch of neighbouring rows, per bootstrap draw.
std::vector<double> column_sums(const Table& table);
Table batch_sums(const Table& table, std::size_t batches);
Table bootstrap_sums(const Table& table, double block, std::size_t draws, std::uint64_t seed);

// Contribution of each row (or batch) to the error of a ratio: (den_i / mean den) (ratio_i -
// ratio). Rows without a denominator contribute nothing.
std::vector<double> ratio_residuals(std::span<const double> ratios, std::span<const double> dens,
                                    double ratio);

// Value at probability p of the values, between order statistics. 0 for none. Sorts a copy.
double quantile(std::vector<double> values, double p);

// 90 % interval: the wider of the draws' 5 % and 95 % and of Student's t over the batch residuals.
Estimate wider_interval(double value, const std::vector<double>& draws,
                        std::span<const double> batch_residuals);

// All of the above for one ratio of sums over windows.
Estimate ratio_interval(std::span<const double> numerators, std::span<const double> denominators,
                        std::uint64_t seed);

}  // namespace boundscope
