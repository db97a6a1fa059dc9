#include "analyze/pace.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "analyze/thresholds.h"

namespace boundscope {
namespace {

constexpr double kMinSegments = 1000;  // on each side
constexpr double kErrors = 2;          // standard errors
constexpr double kLeast = 0.5;         // what is slower than that is another load, not the probes

struct Sums {
  double watched_ns = 0, watched = 0, unwatched_ns = 0, unwatched = 0;

  void add(const PaceTotals& pace, double sign) {
    watched_ns += sign * static_cast<double>(pace.watched_ns);
    watched += sign * static_cast<double>(pace.watched_segments);
    unwatched_ns += sign * static_cast<double>(pace.unwatched_ns);
    unwatched += sign * static_cast<double>(pace.unwatched_segments);
  }
  double ratio() const {
    const double whole = watched_ns * unwatched;
    return whole > 0 ? watched * unwatched_ns / whole : 1;
  }
};

// The jackknife's standard error of a ratio of sums.
double standard_error(const Sums& all, const std::vector<const PaceTotals*>& parts) {
  const auto n = static_cast<double>(parts.size());
  double mean = 0;
  std::vector<double> ratios;
  for (const PaceTotals* part : parts) {
    Sums others = all;
    others.add(*part, -1);
    ratios.push_back(others.ratio());
    mean += ratios.back() / n;
  }
  double squares = 0;
  for (const double ratio : ratios) squares += (ratio - mean) * (ratio - mean);
  return std::sqrt(squares * (n - 1) / n);
}

}  // namespace

std::optional<double> slowed_to(const Run& run) {
  Sums sums;
  std::vector<const PaceTotals*> parts;
  for (const Window* window : run.windows) {
    const PaceTotals& pace = window->pace;
    if (pace.watched_ns == 0 || pace.unwatched_ns == 0) continue;
    sums.add(pace, 1);
    parts.push_back(&pace);
  }
  if (parts.size() < kMinRows || std::min(sums.watched, sums.unwatched) < kMinSegments) return {};
  const double ratio = sums.ratio();
  if (ratio < kLeast || ratio + kErrors * standard_error(sums, parts) >= 1) return {};
  return ratio;
}

}  // namespace boundscope
