// Queues, distributions, and what a change does in one world.
#include "analyze/rewrite/queueing.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "analyze/rewrite/model.h"
#include "analyze/rewrite/sampling.h"

namespace boundscope {
namespace {

World computing_at(double utilisation) {
  World world;
  world.machine = utilisation;
  const MeanWait wait(4);
  const double queue = wait.at(utilisation);
  // 10 ms of CPU, its queue, and 20 ms upstream: methods 4.6.
  const double whole = 1 + queue + 2;
  world.run = 1 / whole;
  world.queue = queue / whole;
  world.upstream = 2 / whole;
  world.open = 1;
  return world;
}

double latency_gain_at(double utilisation) {
  Fixed fixed;
  fixed.servers = 4;
  return Model(fixed).latency(computing_at(utilisation), {.cpu = 0.36});
}

TEST_CASE("queueing: Erlang C as tabulated") {
  CHECK(erlang_c(1, 0.7) == doctest::Approx(0.7));
  CHECK(erlang_c(2, 0.5) == doctest::Approx(1.0 / 3));
  CHECK(erlang_c(4, 0.9) == doctest::Approx(0.7878).epsilon(0.001));
  CHECK(erlang_c(1000, 0.5) == doctest::Approx(0).epsilon(1e-6));
}

TEST_CASE("queueing: one server waits rho / (1 - rho), and nobody waits for ever") {
  const MeanWait one(1);

  CHECK(one.at(0) == 0);
  CHECK(one.at(0.5) == doctest::Approx(1));
  CHECK(one.at(0.9) == doctest::Approx(9).epsilon(0.001));
  CHECK(std::isfinite(one.at(1)));
  CHECK(std::isfinite(one.at(7)));
  CHECK(MeanWait(0).at(0.5) == doctest::Approx(1));
}

// What a server of utilisation `rho` that stands still for 0.9 s every 30 s makes its requests
// wait, beside what they wait for it to go on: Poisson arrivals, 1 ms of work each.
TEST_CASE("queueing: who comes during a stop waits for those before, as a simulation has it") {
  constexpr double kService = 0.001, kStop = 0.9, kPeriod = 30;
  for (const double rho : {0.3, 0.6, 0.8}) {
    Random random(7);
    double now = 0, free_at = 0, free_without = 0, stop_at = kPeriod, overlap = 0, whole = 0;
    for (int i = 0; i < 2'000'000; ++i) {
      now -= std::log(1 - random.uniform()) * kService / rho;
      if (now > stop_at + kStop) stop_at += kPeriod;
      // What is being served when a stop begins is finished: a thousandth of the stop.
      double begin = std::max(now, free_at);
      if (begin >= stop_at && begin < stop_at + kStop) begin = stop_at + kStop;
      free_at = begin + kService;
      free_without = std::max(now, free_without) + kService;
      whole += free_at - free_without;
      overlap += std::max(0.0, std::min(free_at, stop_at + kStop) - std::max(now, stop_at));
    }
    CAPTURE(rho);
    CHECK(whole / overlap == doctest::Approx(held_up(rho, 1)).epsilon(0.08));
  }
  CHECK(held_up(0.8, 0) == 1);
  CHECK(std::isfinite(held_up(1, 1)));
}

TEST_CASE("model: the queue behind stops goes with them, from the mean and the tail") {
  Fixed fixed;
  fixed.p99 = 20;
  World world;
  world.machine = 0.8;
  world.run = 0.2;
  world.stopped = 0.1;
  world.stop_queue = 0.4;
  world.upstream = 0.3;
  world.open = 1;
  const Model model(fixed);

  CHECK(model.latency(world, {.stopped = 0}) == doctest::Approx(1 / 0.5));
  CHECK(model.latency(world, {.stopped = 0.5}) == doctest::Approx(1 / 0.75));
  // Half of the CPU time: the queue drains at 0.6 and no longer at 0.2.
  CHECK(model.latency(world, {.cpu = 0.5}) ==
        doctest::Approx(1 / (0.1 + 0.1 + 0.4 * (0.4 / 0.6) / (0.8 / 0.2) + 0.3)));
  // Of the 20, 3 are seen in the stops themselves; 15 are theirs.
  fixed.p99_stops = 3;
  CHECK(model.tail(world, {.stopped = 0}) == doctest::Approx(20.0 / 5));
  // Half as long: half of it. Less CPU time moves only the other 5.
  CHECK(model.tail(world, {.stopped = 0.5}) == doctest::Approx(20.0 / 12.5));
  CHECK(model.tail(world, {.cpu = 0.5}) < 20.0 / 15);
  fixed.came_meanwhile = 0;
  CHECK(model.tail(world, {.stopped = 0}) == doctest::Approx(20.0 / 17));
  fixed.came_meanwhile = 1;
  world.open = 0;
  CHECK(model.tail(world, {.stopped = 0}) == doctest::Approx(20.0 / 17));
}

TEST_CASE("model: the gain in latency grows with the load, as the analytic model has it") {
  // No queue: 30 / (3.6 + 20).
  CHECK(latency_gain_at(0.1) == doctest::Approx(1.27).epsilon(0.01));
  CHECK(latency_gain_at(0.5) == doctest::Approx(1.31).epsilon(0.02));
  CHECK(latency_gain_at(0.7) == doctest::Approx(1.42).epsilon(0.03));
  CHECK(latency_gain_at(0.9) == doctest::Approx(2.10).epsilon(0.05));
  CHECK(latency_gain_at(0.95) == doctest::Approx(3.15).epsilon(0.08));
}

TEST_CASE("model: a change that changes nothing gains nothing") {
  Fixed fixed;
  fixed.servers = 4;
  fixed.p99 = 3;
  const Model model(fixed);
  World world = computing_at(0.8);
  world.stopped = 0.1;
  world.upstream -= 0.1;

  CHECK(model.latency(world, {}) == doctest::Approx(1));
  CHECK(model.tail(world, {}) == doctest::Approx(1));
  CHECK(model.throughput(world, {}) == doctest::Approx(1));
  CHECK(Model::capacity({}) == 1);
}

TEST_CASE("model: a single thread that becomes many wins the queue and the machine") {
  Fixed fixed;
  fixed.servers = 4;
  World world;
  world.run = 0.1;
  world.queue = 0.9;
  world.loop = 0.9;
  world.machine = 0.9 / 4;
  world.open = 1;
  const Model model(fixed);

  CHECK(model.latency(world, {.all_cpus = true}) > 9);
  CHECK(model.throughput(world, {.all_cpus = true}) == doctest::Approx(4));
  CHECK(model.throughput(world, {.cpu = 0.5}) == doctest::Approx(2));
}

TEST_CASE("model: no division by nothing") {
  const Fixed fixed;
  const Model model(fixed);
  const World empty;

  for (const double gain : {model.latency(empty, {.cpu = 0}), model.throughput(empty, {.cpu = 0}),
                            model.tail(empty, {.cpu = 0}), Model::capacity({.cpu = 0}),
                            gain_of(0, 0), gain_of(1, 0), gain_of(0, 1)}) {
    CHECK(std::isfinite(gain));
    CHECK(gain > 0);
  }
}

TEST_CASE("sampling: quantiles of the priors come back") {
  Random random(1);
  const SplitLogNormal factor({5, 25, 80});
  std::vector<double> values;
  for (int i = 0; i < 20000; ++i) values.push_back(factor.at(normal(random)));
  std::sort(values.begin(), values.end());

  CHECK(values[2000] == doctest::Approx(5).epsilon(0.05));
  CHECK(values[10000] == doctest::Approx(25).epsilon(0.05));
  CHECK(values[18000] == doctest::Approx(80).epsilon(0.05));
}

TEST_CASE("sampling: shares sum to one and vary as their counts allow") {
  Random random(2);
  const std::vector<double> counts{60, 30, 0, 0.5};
  std::vector<double> shares(4);
  double mean = 0, square = 0;
  for (int i = 0; i < 5000; ++i) {
    dirichlet(random, counts, shares);
    CHECK(shares[0] + shares[1] + shares[2] + shares[3] == doctest::Approx(1));
    CHECK(shares[2] == 0);
    mean += shares[0] / 5000;
    square += shares[0] * shares[0] / 5000;
  }

  const double p = 60 / 90.5;
  CHECK(mean == doctest::Approx(p).epsilon(0.01));
  CHECK(square - mean * mean == doctest::Approx(p * (1 - p) / 91.5).epsilon(0.1));
}

}  // namespace
}  // namespace boundscope
