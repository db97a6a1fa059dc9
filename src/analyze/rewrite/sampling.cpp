#include "analyze/rewrite/sampling.h"

#include <algorithm>
#include <cmath>

namespace boundscope {
namespace {

constexpr double kZ90 = 1.2815515655446004;  // 90 % of a standard normal lie below

// P. J. Acklam's rational approximation; u in (0, 1).
double inverse_normal(double u) {
  constexpr double kTail = 0.02425;
  if (u < kTail || u > 1 - kTail) {
    const double q = std::sqrt(-2 * std::log(std::min(u, 1 - u)));
    const double value =
        (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q -
           2.549732539343734) *
              q +
          4.374664141464968) *
             q +
         2.938163982698783) /
        ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q +
          3.754408661907416) *
             q +
         1);
    return u < kTail ? value : -value;
  }
  const double q = u - 0.5;
  const double r = q * q;
  return (((((-3.969683028665376e+01 * r + 2.209460984245205e+02) * r - 2.759285104469687e+02) * r +
            1.383577518672690e+02) *
               r -
           3.066479806614716e+01) *
              r +
          2.506628277459239) *
         q /
         (((((-5.447609879822406e+01 * r + 1.615858368580409e+02) * r - 1.556989798598866e+02) * r +
            6.680131188771972e+01) *
               r -
           1.328068155288572e+01) *
              r +
          1);
}

}  // namespace

double normal(Random& random) { return inverse_normal(random.uniform() + 0x1.0p-54); }

double gamma(Random& random, double shape) {
  if (shape < 1) {
    const double boost = std::pow(random.uniform() + 0x1.0p-54, 1 / shape);
    return gamma(random, shape + 1) * boost;
  }
  const double d = shape - 1.0 / 3;
  const double c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = normal(random);
    const double v = std::pow(1 + c * x, 3);
    if (!(v > 0)) continue;
    const double u = random.uniform() + 0x1.0p-54;
    if (std::log(u) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

void dirichlet(Random& random, std::span<const double> counts, std::span<double> shares) {
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    shares[i] = counts[i] > 0 ? gamma(random, counts[i]) : 0;
    sum += shares[i];
  }
  if (!(sum > 0)) return;
  for (double& share : shares) share /= sum;
}

SplitLogNormal::SplitLogNormal(const Quantiles& quantiles)
    : median_(quantiles.p50),
      below_(std::log(quantiles.p50 / quantiles.p10) / kZ90),
      above_(std::log(quantiles.p90 / quantiles.p50) / kZ90) {}

double SplitLogNormal::at(double z) const {
  return median_ * std::exp((z < 0 ? below_ : above_) * z);
}

}  // namespace boundscope
