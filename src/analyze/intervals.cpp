#include "analyze/intervals.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>

#include "analyze/random.h"
#include "analyze/thresholds.h"

namespace boundscope {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

Eigen::Index index_of(std::size_t value) { return static_cast<Eigen::Index>(value); }

Eigen::Map<const Matrix> as_matrix(const Table& table) {
  return {table.data(), index_of(table.rows()), index_of(table.columns())};
}

// Autocovariances gamma_0 ... gamma_max of the series.
Vector autocovariances(std::span<const double> series, std::size_t max_lag) {
  const Eigen::Map<const Vector> values(series.data(), index_of(series.size()));
  const Vector centred = values.array() - values.mean();
  Vector gamma(index_of(max_lag + 1));
  for (std::size_t lag = 0; lag <= max_lag; ++lag) {
    const Eigen::Index rest = index_of(series.size() - lag);
    gamma[index_of(lag)] =
        centred.head(rest).dot(centred.tail(rest)) / static_cast<double>(series.size());
  }
  return gamma;
}

// Relative to the level, so that rounding in a constant series does not count as variation.
bool is_constant(const Vector& gamma, std::span<const double> series) {
  const double largest = std::abs(*std::max_element(
      series.begin(), series.end(), [](double a, double b) { return std::abs(a) < std::abs(b); }));
  return !(gamma[0] > 1e-20 * largest * largest) || !std::isfinite(gamma[0]);
}

// First lag after which several autocorrelations in a row are within noise.
std::size_t cut_off_lag(const Vector& gamma, std::size_t n, std::size_t in_a_row) {
  const double noise = 2 * std::sqrt(std::log10(static_cast<double>(n)) / static_cast<double>(n));
  std::size_t quiet = 0;
  const std::size_t last = static_cast<std::size_t>(gamma.size()) - 1;
  for (std::size_t lag = 1; lag <= last; ++lag) {
    quiet = std::abs(gamma[index_of(lag)] / gamma[0]) < noise ? quiet + 1 : 0;
    if (quiet == in_a_row) return lag - in_a_row;
  }
  return last / 2;
}

}  // namespace

double effective_windows(std::span<const double> series) {
  const std::size_t n = series.size();
  if (n < 3) return static_cast<double>(std::max<std::size_t>(n, 1));
  const Vector gamma = autocovariances(series, n / 2);
  if (is_constant(gamma, series)) return static_cast<double>(n);
  double tau = 1;
  for (Eigen::Index lag = 1; lag < gamma.size(); ++lag) {
    if (gamma[lag] < 0) break;
    tau += 2 * gamma[lag] / gamma[0];
  }
  return std::max(1.0, static_cast<double>(n) / tau);
}

double politis_white_block(std::span<const double> series) {
  const std::size_t n = series.size();
  if (n < 6) return 1;
  const double count = static_cast<double>(n);
  const std::size_t in_a_row =
      std::max<std::size_t>(5, static_cast<std::size_t>(std::log10(count)));
  const std::size_t longest =
      std::min(n - 1, static_cast<std::size_t>(std::ceil(std::sqrt(count))) + in_a_row);
  const Vector gamma = autocovariances(series, longest);
  if (is_constant(gamma, series)) return 1;

  const std::size_t cut = std::max<std::size_t>(1, cut_off_lag(gamma, n, in_a_row));
  const std::size_t width = std::min(2 * cut, longest);
  double weighted = 0;
  double spectrum = gamma[0];
  for (std::size_t lag = 1; lag <= width; ++lag) {
    const double x = static_cast<double>(lag) / static_cast<double>(width);
    const double flat_top = std::min(1.0, 2 * (1 - x));
    weighted += 2 * flat_top * static_cast<double>(lag) * gamma[index_of(lag)];
    spectrum += 2 * flat_top * gamma[index_of(lag)];
  }
  const double d = 4.0 / 3.0 * spectrum * spectrum;
  const double block = d > 0 ? std::cbrt(2 * weighted * weighted * count / d) : 1;
  return std::clamp(block, 1.0, std::min(3 * std::sqrt(count), count / 3));
}

std::vector<double> column_sums(const Table& table) {
  std::vector<double> sums(table.columns(), 0.0);
  if (table.rows() == 0) return sums;  // there are no cells to point to
  Eigen::Map<Eigen::RowVectorXd>(sums.data(), index_of(sums.size())) =
      as_matrix(table).colwise().sum();
  return sums;
}

Table batch_sums(const Table& table, std::size_t batches) {
  Table sums(batches, table.columns());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::size_t batch = row * batches / table.rows();
    for (std::size_t column = 0; column < table.columns(); ++column) {
      sums.at(batch, column) += table.at(row, column);
    }
  }
  return sums;
}

Table bootstrap_sums(const Table& table, double block, std::size_t draws, std::uint64_t seed) {
  const std::size_t n = table.rows();
  Table sums(draws, table.columns());
  if (n == 0) return sums;
  const std::size_t length =
      std::clamp<std::size_t>(static_cast<std::size_t>(std::lround(block)), 1, n);
  Random random(seed);
  Matrix weights = Matrix::Zero(index_of(draws), index_of(n));
  for (Eigen::Index draw = 0; draw < weights.rows(); ++draw) {
    for (std::size_t taken = 0; taken < n;) {
      const std::size_t start = random.below(n);
      for (std::size_t i = 0; i < length && taken < n; ++i, ++taken) {
        weights(draw, index_of((start + i) % n)) += 1;
      }
    }
  }
  Eigen::Map<Matrix>(sums.data(), index_of(draws), index_of(table.columns())).noalias() =
      weights * as_matrix(table);
  return sums;
}

std::vector<double> ratio_residuals(std::span<const double> ratios, std::span<const double> dens,
                                    double ratio) {
  std::vector<double> residuals(ratios.size(), 0.0);
  double total = 0;
  for (const double den : dens) total += den;
  if (!(total > 0)) return residuals;
  const double mean = total / static_cast<double>(dens.size());
  for (std::size_t i = 0; i < ratios.size(); ++i) {
    if (dens[i] > 0) residuals[i] = dens[i] / mean * (ratios[i] - ratio);
  }
  return residuals;
}

double quantile(std::vector<double> values, double p) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double position = p * static_cast<double>(values.size() - 1);
  const std::size_t below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, values.size() - 1);
  const double part = position - static_cast<double>(below);
  return values[below] + part * (values[above] - values[below]);
}

Estimate wider_interval(double value, const std::vector<double>& draws,
                        std::span<const double> batch_residuals) {
  const double n = static_cast<double>(batch_residuals.size());
  double squares = 0;
  for (const double residual : batch_residuals) squares += residual * residual;
  const double half = n > 1 ? kStudentT5 * std::sqrt(squares / (n - 1) / n) : 0;

  Estimate from_draws{value, quantile(draws, 0.05), quantile(draws, 0.95)};
  from_draws.low = std::min(from_draws.low, value);
  from_draws.high = std::max(from_draws.high, value);
  if (2 * half > from_draws.high - from_draws.low) return {value, value - half, value + half};
  return from_draws;
}

Estimate ratio_interval(std::span<const double> numerators, std::span<const double> denominators,
                        std::uint64_t seed) {
  const std::size_t n = numerators.size();
  Table table(n, 2);
  std::vector<double> ratios(n, 0.0);
  for (std::size_t row = 0; row < n; ++row) {
    table.at(row, 0) = numerators[row];
    table.at(row, 1) = denominators[row];
    if (denominators[row] > 0) ratios[row] = numerators[row] / denominators[row];
  }
  const std::vector<double> sums = column_sums(table);
  if (!(sums[1] > 0)) return {};
  const double ratio = sums[0] / sums[1];
  const double block = politis_white_block(ratio_residuals(ratios, denominators, ratio));

  const auto ratios_of = [](const Table& totals, std::vector<double>& dens) {
    std::vector<double> values;
    for (std::size_t row = 0; row < totals.rows(); ++row) {
      const double den = totals.at(row, 1);
      dens.push_back(den);
      values.push_back(den > 0 ? totals.at(row, 0) / den : 0);
    }
    return values;
  };
  std::vector<double> draw_dens;
  std::vector<double> batch_dens;
  const std::vector<double> draws =
      ratios_of(bootstrap_sums(table, block, kDraws, seed), draw_dens);
  const std::vector<double> batches = ratios_of(batch_sums(table, kBatches), batch_dens);
  return wider_interval(ratio, draws, ratio_residuals(batches, batch_dens, ratio));
}

}  // namespace boundscope
