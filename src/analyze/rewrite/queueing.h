// Queueing: how long requests wait for a server, by how busy the servers are (docs/rewrite.md,
// "Queues"). Waits are multiples of the service time.
#pragma once

#include <array>
#include <cstddef>

namespace boundscope {

// Probability that an arrival finds all of `servers` busy (Erlang C), M/M/c. `utilisation` in [0,
// 1).
double erlang_c(std::size_t servers, double utilisation);

// Mean wait in M/M/c: C / (c (1 - rho)). For one server rho / (1 - rho), which processor sharing
// gives for any distribution of the service time. Tabulated, so that it is cheap to ask; a
// utilisation above 0.99 is taken as 0.99.
class MeanWait {
 public:
  explicit MeanWait(std::size_t servers);
  double at(double utilisation) const;

 private:
  static constexpr std::size_t kSteps = 198;  // of half a percent
  std::array<double, kSteps + 1> waits_{};
};

}  // namespace boundscope
