#include "analyze/rewrite/world.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analyze/random.h"
#include "analyze/rewrite/queueing.h"
#include "analyze/rewrite/sampling.h"
#include "analyze/thresholds.h"
#include "analyze/vote.h"

namespace boundscope {
namespace {

constexpr double kMaxDesignEffect = 10;
constexpr double kPseudoCount = 0.5;  // Jeffreys

Work work_of(CpuOwner owner) {
  switch (owner) {
    case CpuOwner::application:
    case CpuOwner::interpreter:
      return Work::code;
    case CpuOwner::jit_compiler:
      return Work::jit;
    case CpuOwner::gc:
    case CpuOwner::allocator:
      return Work::gc;
    case CpuOwner::runtime:
      return Work::runtime;
    case CpuOwner::builtin:
      return Work::builtin;
    case CpuOwner::native_library:
      return Work::library;
    default:
      return Work::kernel;
  }
}

// How much more the largest owner's share varies between resampled windows than samples that know
// nothing of each other would.
double design_effect(const Evidence& evidence) {
  const auto& owners = evidence.run.owner;
  const auto largest =
      static_cast<std::size_t>(std::max_element(owners.begin(), owners.end()) - owners.begin());
  const double p = owners[largest];
  if (!(evidence.run.samples > 0) || evidence.draws.empty() || p <= 0 || p >= 1) return 1;
  double squares = 0;
  for (const Figures& draw : evidence.draws) squares += std::pow(draw.owner[largest] - p, 2);
  const double variance = squares / static_cast<double>(evidence.draws.size());
  return std::clamp(variance / (p * (1 - p) / evidence.run.samples), 1.0, kMaxDesignEffect);
}

// Names that the owner tables give to built-ins which compute little each time they are called.
double primitive_part(const OwnerCounts& owners) {
  constexpr std::array<std::string_view, 16> kPrimitive{
      "math",   "functions", "datetime", "numbers as text", "str",   "list",
      "dict",   "set",       "tuple",    "String",          "Array", "Hash",
      "string", "array",     "object",   "Map and Set"};
  double primitive = 0, all = 0;
  for (const auto& [name, count] : owners.names[static_cast<std::size_t>(CpuOwner::builtin)]) {
    all += count;
    if (std::find(kPrimitive.begin(), kPrimitive.end(), name) != kPrimitive.end()) {
      primitive += count;
    }
  }
  return all > 0 ? primitive / all : 0;
}

// A runtime that looks for work, or does on idle CPUs what it would not do on busy ones.
double idle_part(const OwnerCounts& owners) {
  double runtime = 0;
  for (const auto& row : owners.by_row) runtime += row[static_cast<std::size_t>(CpuOwner::runtime)];
  return runtime > 0 ? std::min(1.0, owners.idle / runtime) : 0;
}

class Drawer {
 public:
  Drawer(const Evidence& evidence, const Facts& facts, const Fixed& fixed, std::uint64_t seed)
      : evidence_(evidence),
        facts_(facts),
        fixed_(fixed),
        wait_(static_cast<std::size_t>(fixed.servers)),
        lane_wait_(1),
        random_(seed) {
    const double deff = design_effect(evidence);
    for (std::size_t i = 0; i < kCpuOwners; ++i) {
      counts_[i] = evidence.run.samples > 0
                       ? evidence.run.owner[i] * evidence.run.samples / deff + kPseudoCount
                       : 0;
    }
    // No request needs it, and it goes by itself where the CPUs are busy.
    counts_[static_cast<std::size_t>(CpuOwner::runtime)] *= 1 - fixed.idle;
    unknown_ = !(evidence.run.samples > 0);
  }

  World draw() {
    World world;
    const Figures& figures = evidence_.draws.empty()
                                 ? evidence_.run
                                 : evidence_.draws[random_.below(evidence_.draws.size())];
    world.open = 0.2 + 0.95 * random_.uniform();
    set_resources(world, figures);
    set_parts(world, figures);
    set_work(world);
    world.burst = random_.uniform();
    world.lock_follows = random_.uniform();
    world.rest_follows = random_.uniform() * random_.uniform();
    world.queue_in_tail = std::sqrt(random_.uniform());
    world.tail_exponent = std::pow(3.0, 2 * random_.uniform() - 1);
    world.gc_in_tail = 1 + 1.5 * random_.uniform();
    return world;
  }

 private:
  void set_resources(World& world, const Figures& figures) const {
    // Used, not wanted: who waits for a CPU is in the queue that utilisation explains.
    world.machine = std::min(kMaxUtilisation, figures.cores / fixed_.cpu_limit);
    // A quota is ours alone.
    const double others = facts_.cpu_quota ? 0 : facts_.neighbour_share;
    world.others = std::clamp(others, 0.0, kMaxUtilisation - world.machine);
    world.loop = std::min(kMaxUtilisation, figures.loop);
    world.one_lane = figures.one_lane;
  }

  void set_parts(World& world, const Figures& figures) {
    std::array<Estimate, kCandidates> moved = figures.candidate;
    move_ambiguous_time(moved, random_);
    const auto value = [&](Candidate which) {
      return std::max(0.0, moved[static_cast<std::size_t>(which)].value);
    };
    double sum = 0;
    for (std::size_t i = 0; i < kCandidates; ++i) sum += std::max(0.0, moved[i].value);
    if (!(sum > 0)) return;
    world.upstream = value(Candidate::upstream) / sum;
    world.disk = value(Candidate::disk) / sum;
    world.paging = value(Candidate::memory) / sum;
    world.transfer = value(Candidate::transfer) / sum;
    world.lock = value(Candidate::lock) / sum;
    world.pool = value(Candidate::pool) / sum;
    world.rest = value(Candidate::unattributed) / sum;
    split_computing(world, figures, value(Candidate::cpu) / sum);
  }

  // Among what computing costs: time on CPU, stops, and three sorts of waiting for a CPU.
  void split_computing(World& world, const Figures& figures, double computing) const {
    const double queue = figures.run_queue + figures.interpreter_lock + figures.cpu_queue;
    const double whole = figures.cpu + queue + figures.throttled + figures.stopped;
    if (!(whole > 0)) return;
    world.run = computing * figures.cpu / whole;
    world.stopped = computing * figures.stopped / whole;
    world.heap_waits = computing * (figures.stopped - figures.stops) / whole;
    world.throttled = computing * figures.throttled / whole;
    const double waiting = computing * queue / whole;
    const double by_load =
        std::max(wait_.at(world.machine + world.others), lane_wait_.at(world.loop)) * world.run;
    world.stop_queue = std::min(
        waiting, (world.stopped - world.heap_waits) * behind_stops(fixed_, world, world.busy()));
    const double beside = waiting - world.stop_queue;
    const double unexplained = std::max(0.0, beside - kUnevenArrivals * by_load);
    const double wake = fixed_.latency_ns > 0 ? kWakeNs / fixed_.latency_ns : 1;
    world.wake = std::min(unexplained, wake);
    world.queue = beside - world.wake;
  }

  void set_work(World& world) {
    if (unknown_) {
      // Whose it is nobody knows: anything between all code and all kernel.
      const double code = random_.uniform();
      world.work[static_cast<std::size_t>(Work::code)] = code;
      world.work[static_cast<std::size_t>(Work::kernel)] = 1 - code;
      return;
    }
    std::array<double, kCpuOwners> shares{};
    dirichlet(random_, counts_, shares);
    for (std::size_t i = 0; i < kCpuOwners; ++i) {
      const auto owner = static_cast<CpuOwner>(i);
      if (owner == CpuOwner::unknown) continue;
      const double elsewhere = shares[i] * fixed_.elsewhere[i];
      world.work[static_cast<std::size_t>(Work::elsewhere)] += elsewhere;
      world.work[static_cast<std::size_t>(work_of(owner))] += shares[i] - elsewhere;
    }
    double& builtin = world.work[static_cast<std::size_t>(Work::builtin)];
    world.work[static_cast<std::size_t>(Work::primitive)] = builtin * fixed_.primitive;
    builtin *= 1 - fixed_.primitive;
    // Code at most, a library at least.
    const double unknown = shares[static_cast<std::size_t>(CpuOwner::unknown)];
    const double code = unknown * random_.uniform();
    world.work[static_cast<std::size_t>(Work::code)] += code;
    world.work[static_cast<std::size_t>(Work::library)] += unknown - code;
  }

  const Evidence& evidence_;
  const Facts& facts_;
  const Fixed& fixed_;
  MeanWait wait_;
  MeanWait lane_wait_;
  Random random_;
  std::array<double, kCpuOwners> counts_{};
  bool unknown_ = false;
};

}  // namespace

double behind_stops(const Fixed& fixed, const World& world, double utilisation) {
  return fixed.came_meanwhile * (held_up(utilisation, world.open) - 1);
}

Fixed fixed_of(const Run& run, const Facts& facts, const OwnerCounts& owners,
               const Elsewhere& elsewhere) {
  Fixed fixed;
  fixed.elsewhere = elsewhere.part;
  fixed.primitive = primitive_part(owners);
  fixed.idle = idle_part(owners);
  fixed.cpu_limit = std::max(0.01, facts.cpu_limit);
  fixed.servers = std::clamp(std::round(facts.cpu_limit), 1.0, 1024.0);
  if (facts.view != View::requests || !(facts.mean_latency_ns > 0)) return fixed;
  fixed.latency_ns = facts.mean_latency_ns;
  // Of a stop of length S, arrivals at rate r wait r S^2 / 2, and those of the r T that are under
  // way S each.
  const double half_stop_ns = usual_stop_ns(run) / 2;
  fixed.came_meanwhile = half_stop_ns / (half_stop_ns + fixed.latency_ns);
  if (facts.finished > 0 && !facts.pipelined) {
    fixed.cpu_per_request_us = facts.cores * facts.observed_s * 1e6 / facts.finished;
  }
  if (facts.finished < kCompletionsForP99 || facts.internal || facts.pipelined) return fixed;
  if (facts.tail && facts.tail->p99_ns > 0) {
    fixed.p99 = facts.tail->p99_ns / fixed.latency_ns;
    fixed.p99_stops =
        std::max(0.0, facts.tail->p99_ns - facts.tail->p99_without_ns) / fixed.latency_ns;
  } else if (const auto p99 = latency_quantile_ns(run, 0.99)) {
    fixed.p99 = *p99 / fixed.latency_ns;
  }
  return fixed;
}

std::vector<World> draw_worlds(const Evidence& evidence, const Facts& facts, const Fixed& fixed,
                               std::uint64_t seed) {
  std::vector<World> worlds;
  worlds.reserve(kWorlds);
  Drawer drawer(evidence, facts, fixed, seed ^ 0x776f726c64ULL);
  for (std::size_t i = 0; i < kWorlds; ++i) worlds.push_back(drawer.draw());
  return worlds;
}

}  // namespace boundscope
