// Sampling: draws from the distributions of the prediction, the same on any machine for one seed.
#pragma once

#include <span>

#include "analyze/random.h"
#include "boundscope/priors.h"

namespace boundscope {

// Standard normal (Acklam's inverse of the distribution function, relative error below 1.2e-9).
double normal(Random& random);

// Gamma with scale 1 (Marsaglia and Tsang 2000). Precondition: shape > 0.
double gamma(Random& random, double shape);

// Shares with these pseudo-counts, into `shares` of the same size. All zero: all zero.
void dirichlet(Random& random, std::span<const double> counts, std::span<double> shares);

// Log-normal on either side of the median, through the quantiles; `z` is a standard normal.
class SplitLogNormal {
 public:
  explicit SplitLogNormal(const Quantiles& quantiles);
  double at(double z) const;

 private:
  double median_, below_, above_;
};

}  // namespace boundscope
