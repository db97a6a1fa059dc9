// Latency histogram: sums of LatencyBucket rows and their quantiles.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "boundscope/recording.h"

namespace boundscope {

class LatencyHistogram {
 public:
  void add(const std::vector<LatencyBucket>& buckets);
  void add(const LatencyHistogram& other);
  double count() const { return total_; }
  // Latency below which a share p stays, by interpolation within a bucket. Empty without counts.
  std::optional<double> quantile_ns(double p) const;

 private:
  std::array<double, kLatencyBuckets> counts_{};
  double total_ = 0;
};

}  // namespace boundscope
