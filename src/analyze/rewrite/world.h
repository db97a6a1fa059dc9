// World: one draw of what the measurement may mean. Everything that is predicted is computed in
// each of kWorlds worlds, and its quantiles are the answer (docs/rewrite.md, "Ranges").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "analyze/figures.h"
#include "analyze/load.h"
#include "analyze/rewrite/elsewhere.h"

namespace boundscope {

inline constexpr std::size_t kWorlds = 10'000;

// CPU time by what becomes of it in another language.
enum class Work { code, runtime, jit, builtin, primitive, gc, library, kernel, elsewhere };
inline constexpr std::size_t kWorks = 9;

struct World {
  // Parts of the mean latency (thread view: of the busy time); they sum to 1.
  double run = 0;         // on CPU
  double queue = 0;       // for the CPU: behind others of the same service
  double stop_queue = 0;  // ... for those that a stop of the program had held up
  double wake = 0;        // for the CPU: from a wake-up to running, whatever the load
  double stopped = 0;     // by the runtime, or until it has made room in the heap
  double heap_waits = 0;  // of it: the latter, which no probe of stops sees
  double throttled = 0;   // out of quota
  double upstream = 0, disk = 0, paging = 0, transfer = 0, lock = 0;
  double pool = 0;  // for a worker or a connection
  double rest = 0;  // nobody accounts for it
  // Part of the CPU time by kind of work; they sum to 1, or are all 0 without samples.
  std::array<double, kWorks> work{};
  // Resources, in [0, 1].
  double machine = 0;     // own use of the CPUs allowed
  double others = 0;      // what others use of them
  double loop = 0;        // of the busiest thread
  bool one_lane = false;  // that thread is what requests queue for
  // What the model leaves open; the same for every change that is compared.
  double open = 0;   // 1: arrivals know nothing of the answers; 0: a fixed number of clients; above
                     // 1: arrivals in bursts
  double burst = 0;  // how far queues that utilisation does not explain follow the CPU time
  double lock_follows = 0;  // how far waits for a running holder follow the CPU time
  double rest_follows = 0;
  double queue_in_tail = 0;  // how far what is slow about slow requests is the queue alone
  double tail_exponent = 1;  // CPU's part of what is slow about slow requests: its share to this
  double gc_in_tail = 1;     // weight of the collector's CPU time there

  // Requests queue for one thread, not for the machine.
  bool in_lane() const { return loop > machine + others; }
  double busy() const { return in_lane() ? loop : machine + others; }
  double cpu_queue() const { return queue + stop_queue + wake + throttled; }
  double part(Work which) const { return work[static_cast<std::size_t>(which)]; }
  double stays() const { return part(Work::library) + part(Work::kernel) + part(Work::elsewhere); }
};

// Facts that are the same in all worlds.
struct Fixed {
  double servers = 1;             // CPUs allowed, rounded, at least 1
  double cpu_limit = 1;           // as measured
  double latency_ns = 0;          // mean; 0: not known
  double cpu_per_request_us = 0;  // 0: not known
  std::optional<double> p99;      // in units of the mean
  double p99_stops = 0;           // of it, what stops make of it
  double came_meanwhile = 1;      // part of what stops hold up that had not begun before
  double primitive = 0;           // part of the built-ins that is called for single values
  double idle = 0;                // part of the runtime's CPU time that is work for nobody
  std::array<double, kCpuOwners> elsewhere{};  // part of each owner's time that is no concern of it
};
// Time that requests queue behind those that a stop held up, over what stops hold up themselves, at
// a utilisation. Requests that were under way before need no more than their own time afterwards.
double behind_stops(const Fixed& fixed, const World& world, double utilisation);

Fixed fixed_of(const Run& run, const Facts& facts, const OwnerCounts& owners,
               const Elsewhere& elsewhere);

std::vector<World> draw_worlds(const Evidence& evidence, const Facts& facts, const Fixed& fixed,
                               std::uint64_t seed);

}  // namespace boundscope
