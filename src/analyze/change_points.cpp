#include "analyze/change_points.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analyze/intervals.h"
#include "analyze/thresholds.h"

namespace boundscope {
namespace {

constexpr double kMadToSigma = 1.4826;
constexpr double kMaxCorrelation = 0.9;

std::vector<double> differences(const Table& series, std::size_t column) {
  std::vector<double> result;
  for (std::size_t row = 1; row < series.rows(); ++row) {
    result.push_back(series.at(row, column) - series.at(row - 1, column));
  }
  return result;
}

double median_absolute_deviation(const std::vector<double>& values) {
  const double median = quantile(values, 0.5);
  std::vector<double> deviations;
  deviations.reserve(values.size());
  for (const double value : values) deviations.push_back(std::abs(value - median));
  return quantile(std::move(deviations), 0.5);
}

// Of the series, from its differences: those do not see a shift. AR(1) differences have a lag-1
// autocorrelation of -(1 - rho) / 2.
double correlation(const std::vector<double>& differences) {
  double products = 0;
  double squares = 0;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    squares += differences[i] * differences[i];
    if (i > 0) products += differences[i] * differences[i - 1];
  }
  if (!(squares > 0)) return 0;
  return std::clamp(1 + 2 * products / squares, 0.0, kMaxCorrelation);
}

// Scale on which means of segments vary by 1 / sqrt(length) when nothing changes.
double noise_scale(const Table& series, std::size_t column) {
  const std::vector<double> steps = differences(series, column);
  const double rho = correlation(steps);
  const double sigma = kMadToSigma * median_absolute_deviation(steps) / std::sqrt(2.0);
  return std::max(sigma * std::sqrt(1 + rho) / (1 - rho), kMinSeriesSigma);
}

class SegmentCost {
 public:
  explicit SegmentCost(const Table& series)
      : sums_(series.rows() + 1, series.columns()), squares_(series.rows() + 1, series.columns()) {
    for (std::size_t column = 0; column < series.columns(); ++column) {
      const double scale = noise_scale(series, column);
      for (std::size_t row = 0; row < series.rows(); ++row) {
        // Offset by the first value: keeps the sums of squares small and exact.
        const double value = (series.at(row, column) - series.at(0, column)) / scale;
        sums_.at(row + 1, column) = sums_.at(row, column) + value;
        squares_.at(row + 1, column) = squares_.at(row, column) + value * value;
      }
    }
  }

  // Squared distance of rows [first, last) from their mean.
  double operator()(std::size_t first, std::size_t last) const {
    double cost = 0;
    for (std::size_t column = 0; column < sums_.columns(); ++column) {
      cost += squares_.at(last, column) - squares_.at(first, column);
      const double sum = sums_.at(last, column) - sums_.at(first, column);
      cost -= sum * sum / static_cast<double>(last - first);
    }
    return cost;
  }

 private:
  Table sums_;
  Table squares_;
};

double mean_of(const Table& series, std::size_t column, std::size_t first, std::size_t last) {
  double sum = 0;
  for (std::size_t row = first; row < last; ++row) sum += series.at(row, column);
  return sum / static_cast<double>(last - first);
}

bool is_material(const Table& series, std::size_t first, std::size_t change, std::size_t last) {
  for (std::size_t column = 0; column < series.columns(); ++column) {
    const double step =
        mean_of(series, column, change, last) - mean_of(series, column, first, change);
    if (std::abs(step) >= kMinChange) return true;
  }
  return false;
}

}  // namespace

std::vector<std::size_t> change_points(const Table& series, std::size_t min_segment) {
  const std::size_t n = series.rows();
  min_segment = std::max<std::size_t>(min_segment, 2);
  if (n < 2 * min_segment || series.columns() == 0) return {};

  const SegmentCost cost(series);
  const double penalty =
      kChangePenalty * std::log(static_cast<double>(n)) * static_cast<double>(series.columns());
  std::vector<double> best(n + 1, std::numeric_limits<double>::infinity());
  std::vector<std::size_t> start(n + 1, 0);
  best[0] = -penalty;
  for (std::size_t last = min_segment; last <= n; ++last) {
    for (std::size_t first = 0; first + min_segment <= last; ++first) {
      const double total = best[first] + cost(first, last) + penalty;
      if (total < best[last]) {
        best[last] = total;
        start[last] = first;
      }
    }
  }

  std::vector<std::size_t> changes;
  for (std::size_t last = n; start[last] > 0;) {
    const std::size_t change = start[last];
    if (is_material(series, start[change], change, last)) changes.push_back(change);
    last = change;
  }
  std::reverse(changes.begin(), changes.end());
  return changes;
}

}  // namespace boundscope
