// Latencies of a load generator: all of them for percentiles, sums per second of wall-clock time so
// that a reader can cut out the seconds in which something else was watching.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace boundscope::workload {

class LatencyLog {
 public:
  // Times are CLOCK_REALTIME nanoseconds.
  void add(std::int64_t sent_ns, std::int64_t first_byte_ns, std::int64_t last_byte_ns);
  void add_error() { ++errors_; }
  void add_late() { ++late_; }

  // {requests, rps, mean_ms, p50_ms, p99_ms, first_byte_mean_ms, errors, late, seconds[]}
  std::string to_json(double duration_s);

 private:
  struct Second {
    std::uint64_t requests = 0;
    std::int64_t latency_ns = 0;
    std::int64_t first_byte_ns = 0;
  };

  std::vector<std::int64_t> latencies_ns_;
  std::map<std::int64_t, Second> seconds_;  // by the second in which the answer came
  std::uint64_t errors_ = 0;
  std::uint64_t late_ = 0;  // open loop: no free connection at the due time
};

}  // namespace boundscope::workload
