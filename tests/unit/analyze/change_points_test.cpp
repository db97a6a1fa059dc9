#include "analyze/change_points.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "analyze/random.h"
#include "services.h"
#include "unit/analyze/answers.h"

namespace boundscope {
namespace {

// Three columns of noise, from row `change` on higher by `step`.
Table noisy(std::size_t rows, double width, std::size_t change, double step, std::uint64_t seed) {
  Random random(seed);
  Table table(rows, 3);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < 3; ++column) {
      table.at(row, column) = width * (2 * random.uniform() - 1) + (row >= change ? step : 0);
    }
  }
  return table;
}

// A Go service whose requests are three times as many from window `change` on.
Recording changed(double seconds, std::size_t change) {
  return testing::go_computing()
      .seconds(seconds)
      .each_window([=](Window& window, std::size_t i) {
        if (i < change) return;
        RequestTotals& requests = window.processes[0].requests;
        requests.finished *= 3;
        requests.latency_ns *= 3;
      })
      .build();
}

TEST_CASE("change points: a shift is found where it is") {
  const auto changes = change_points(noisy(60, 0.1, 25, 0.7, 1), 8);

  REQUIRE(changes.size() == 1);
  CHECK(changes[0] >= 24);
  CHECK(changes[0] <= 26);
}

TEST_CASE("change points: ordinary noise is no change") {
  int false_alarms = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    false_alarms += change_points(noisy(60, 0.6, 60, 0, seed), 8).empty() ? 0 : 1;
  }
  CHECK(false_alarms <= 3);
}

TEST_CASE("change points: a shift of a few per cent is no change of behaviour") {
  CHECK(change_points(noisy(60, 0.01, 30, 0.1, 1), 8).empty());
}

TEST_CASE("change points: a constant series has none") {
  CHECK(change_points(Table(60, 3), 8).empty());
}

TEST_CASE("change points: too few rows have none") {
  CHECK(change_points(noisy(15, 0.01, 8, 2, 1), 8).empty());
}

TEST_CASE("analyze: after a change only a long enough end counts") {
  const Analysis analysis = analyze(changed(60, 30));

  CHECK(analysis.observed_s == doctest::Approx(30));
  CHECK(testing::has_caveat(analysis, "non_stationary"));
}

TEST_CASE("analyze: after a late change the whole run counts, with a caveat") {
  const Analysis analysis = analyze(changed(40, 30));

  CHECK(analysis.observed_s == doctest::Approx(40));
  CHECK(testing::has_caveat(analysis, "changed_late"));
  CHECK_FALSE(testing::has_caveat(analysis, "non_stationary"));
}

TEST_CASE("analyze: a steady run carries no caveat about change") {
  CHECK_FALSE(
      testing::has_caveat(analyze(testing::go_computing().seconds(60).build()), "non_stationary"));
}

}  // namespace
}  // namespace boundscope
