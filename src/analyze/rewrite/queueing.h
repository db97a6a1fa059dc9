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

// What a stop of all servers holds requests up for that come meanwhile, over the time that they
// wait for its end: they then wait for those before. 1 / (1 - rho) where arrivals know nothing of
// the answers: of a stop of length S, arrivals at rate r wait r S^2 / 2 for its end, and in all (a
// fluid that drains at 1 - rho) 1 / (1 - rho) times that; both the mean and a quantile that stops
// make scale so. 1 where each client waits for its answer (`open` 0), which world.h has between.
double held_up(double utilisation, double open);

}  // namespace boundscope
