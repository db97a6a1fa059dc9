#include "analyze/latency_histogram.h"

namespace boundscope {

void LatencyHistogram::add(const std::vector<LatencyBucket>& buckets) {
  for (const LatencyBucket& bucket : buckets) {
    if (bucket.index >= kLatencyBuckets) continue;
    counts_[bucket.index] += static_cast<double>(bucket.count);
    total_ += static_cast<double>(bucket.count);
  }
}

void LatencyHistogram::add(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  total_ += other.total_;
}

std::optional<double> LatencyHistogram::quantile_ns(double p) const {
  if (!(total_ > 0)) return std::nullopt;
  double below = 0;
  for (std::uint32_t i = 0; i < kLatencyBuckets; ++i) {
    if (counts_[i] > 0 && below + counts_[i] >= p * total_) {
      const double low = static_cast<double>(latency_bucket_lower_ns(i));
      const double high = static_cast<double>(latency_bucket_lower_ns(i + 1));
      const double part = (p * total_ - below) / counts_[i];
      return high > low ? low + part * (high - low) : low;
    }
    below += counts_[i];
  }
  return std::nullopt;
}

}  // namespace boundscope
