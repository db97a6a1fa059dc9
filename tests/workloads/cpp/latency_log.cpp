#include "latency_log.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace boundscope::workload {

namespace {

constexpr double kNsPerMs = 1e6;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

double mean_ms(std::int64_t sum_ns, std::uint64_t count) {
  return count == 0 ? 0 : static_cast<double>(sum_ns) / static_cast<double>(count) / kNsPerMs;
}

}  // namespace

void LatencyLog::add(std::int64_t sent_ns, std::int64_t first_byte_ns, std::int64_t last_byte_ns) {
  latencies_ns_.push_back(last_byte_ns - sent_ns);
  Second& second = seconds_[last_byte_ns / kNsPerSecond];
  ++second.requests;
  second.latency_ns += last_byte_ns - sent_ns;
  second.first_byte_ns += first_byte_ns - sent_ns;
}

std::string LatencyLog::to_json(double duration_s) {
  std::sort(latencies_ns_.begin(), latencies_ns_.end());
  const auto percentile_ms = [this](std::size_t percent) {
    if (latencies_ns_.empty()) return 0.0;
    const std::size_t index =
        std::min(latencies_ns_.size() * percent / 100, latencies_ns_.size() - 1);
    return static_cast<double>(latencies_ns_[index]) / kNsPerMs;
  };
  nlohmann::json seconds = nlohmann::json::array();
  Second total;
  for (const auto& [at, second] : seconds_) {
    total.requests += second.requests;
    total.latency_ns += second.latency_ns;
    total.first_byte_ns += second.first_byte_ns;
    seconds.push_back({{"second", at},
                       {"requests", second.requests},
                       {"mean_ms", mean_ms(second.latency_ns, second.requests)},
                       {"first_byte_mean_ms", mean_ms(second.first_byte_ns, second.requests)}});
  }
  const nlohmann::json result{{"requests", total.requests},
                              {"rps", static_cast<double>(total.requests) / duration_s},
                              {"mean_ms", mean_ms(total.latency_ns, total.requests)},
                              {"p50_ms", percentile_ms(50)},
                              {"p99_ms", percentile_ms(99)},
                              {"first_byte_mean_ms", mean_ms(total.first_byte_ns, total.requests)},
                              {"errors", errors_},
                              {"late", late_},
                              {"seconds", seconds}};
  return result.dump();
}

}  // namespace boundscope::workload
