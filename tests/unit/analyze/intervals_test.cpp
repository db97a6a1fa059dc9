// Intervals: what they promise, on series with known properties.
#include "analyze/intervals.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "analyze/random.h"

namespace boundscope {
namespace {

double normal(Random& random) {
  const double radius = std::sqrt(-2 * std::log(1 - random.uniform()));
  return radius * std::cos(6.283185307179586 * random.uniform());
}

// Shares around 0.5 whose logit is AR(1) with the correlation rho.
std::vector<double> shares(std::size_t n, double rho, Random& random) {
  std::vector<double> series;
  double state = normal(random);
  for (std::size_t i = 0; i < n; ++i) {
    state = rho * state + std::sqrt(1 - rho * rho) * normal(random);
    series.push_back(1 / (1 + std::exp(-0.5 * state)));
  }
  return series;
}

double coverage(std::size_t windows, double rho) {
  constexpr int kRuns = 200;
  Random random(42);
  const std::vector<double> ones(windows, 1.0);
  int covered = 0;
  for (int run = 0; run < kRuns; ++run) {
    const Estimate interval = ratio_interval(shares(windows, rho, random), ones, 1);
    covered += interval.low <= 0.5 && 0.5 <= interval.high ? 1 : 0;
  }
  return static_cast<double>(covered) / kRuns;
}

TEST_CASE("intervals: nine in ten independent runs are covered") {
  CHECK(coverage(30, 0) >= 0.86);
  CHECK(coverage(30, 0) <= 0.98);
}

TEST_CASE("intervals: correlated windows are covered nearly as often") {
  CHECK(coverage(60, 0.5) >= 0.8);
  CHECK(coverage(30, 0.5) >= 0.78);
}

TEST_CASE("intervals: a ratio is that of the sums, not the mean of the ratios") {
  const std::vector<double> numerators{1, 90};
  const std::vector<double> denominators{10, 90};

  CHECK(ratio_interval(numerators, denominators, 1).value == doctest::Approx(0.91));
}

TEST_CASE("intervals: a constant series has no width") {
  const std::vector<double> numerators(30, 0.3);
  const std::vector<double> denominators(30, 1.0);

  const Estimate interval = ratio_interval(numerators, denominators, 1);

  CHECK(interval.low == doctest::Approx(0.3));
  CHECK(interval.high == doctest::Approx(0.3));
}

TEST_CASE("intervals: the seed decides the draws") {
  Random random(3);
  const std::vector<double> series = shares(30, 0.5, random);
  const std::vector<double> ones(30, 1.0);

  const Estimate one = ratio_interval(series, ones, 1);
  const Estimate same = ratio_interval(series, ones, 1);

  CHECK(one.low == same.low);
  CHECK(one.high == same.high);
}

TEST_CASE("intervals: correlation costs effective windows") {
  Random random(5);
  const std::vector<double> independent = shares(120, 0, random);
  const std::vector<double> correlated = shares(120, 0.9, random);

  CHECK(effective_windows(independent) > 60);
  CHECK(effective_windows(correlated) < 30);
  CHECK(effective_windows(std::vector<double>(20, 1.0)) == 20);
}

TEST_CASE("intervals: correlation asks for longer blocks") {
  Random random(5);

  CHECK(politis_white_block(shares(120, 0, random)) <
        politis_white_block(shares(120, 0.9, random)));
  CHECK(politis_white_block(std::vector<double>(20, 1.0)) == 1);
}

TEST_CASE("intervals: draws keep what belongs together in one window together") {
  Table table(4, 2);
  for (std::size_t row = 0; row < 4; ++row) {
    table.at(row, 0) = static_cast<double>(row + 1);
    table.at(row, 1) = 10 * static_cast<double>(row + 1);
  }

  const Table draws = bootstrap_sums(table, 2, 50, 9);

  for (std::size_t draw = 0; draw < 50; ++draw) {
    CHECK(draws.at(draw, 1) == doctest::Approx(10 * draws.at(draw, 0)));
  }
}

TEST_CASE("intervals: windows without a denominator do not count") {
  const std::vector<double> residuals =
      ratio_residuals(std::vector<double>{0.5, 0, 0.7}, std::vector<double>{1, 0, 1}, 0.6);

  CHECK(residuals[1] == 0);
  CHECK(residuals[0] == doctest::Approx(-residuals[2]));
}

// The first numbers of xoshiro256** with a splitmix64 seed of 0; any other number would change
// answers.
TEST_CASE("intervals: random numbers are the same on every machine") {
  Random random(0);

  CHECK(random.next() == 11091344671253066420ULL);
  CHECK(random.next() == 13793997310169335082ULL);
}

}  // namespace
}  // namespace boundscope
