#include "analyze/rewrite/model.h"

#include <algorithm>
#include <cmath>

#include "analyze/thresholds.h"

namespace boundscope {
namespace {

constexpr double kLargestGain = 1000;

// What follows the CPU time by a part, and stays otherwise.
double following(double part, double cpu) { return 1 - part * (1 - cpu); }

double waits_of(const World& world) { return world.upstream + world.disk + world.paging; }

}  // namespace

double gain_of(double before, double after) {
  if (!(before > 0)) return 1;
  return std::clamp(before / std::max(after, before / kLargestGain), 1 / kLargestGain,
                    kLargestGain);
}

Model::Model(const Fixed& fixed)
    : fixed_(fixed), machine_(static_cast<std::size_t>(fixed.servers)), lane_(1) {}

double Model::busy_after(const World& world, const Change& change, double cpu) const {
  if (!world.in_lane()) return cpu * world.machine + world.others;
  return change.all_cpus ? cpu * world.loop / fixed_.servers + world.others : cpu * world.loop;
}

// Part of the queue for the CPU that is left. With W(rho) the mean wait in service times, it is
// h W(h rho) / W(rho) where arrivals know nothing of the answers, and h where a fixed number of
// clients waits for them. Utilisation explains a part of the queue; the rest comes in bursts.
double Model::queue_left(const World& world, const Change& change, double cpu) const {
  const bool lane = world.in_lane();
  const double before = (lane ? lane_ : machine_).at(world.busy());
  const double after =
      (lane && !change.all_cpus ? lane_ : machine_).at(busy_after(world, change, cpu));
  const double closed = cpu;
  const double open = before > 0 ? cpu * after / before : cpu;
  double left = closed * std::pow(open / std::max(closed, 1e-9), world.open);
  if (!(before > 0)) left = closed;
  const double explained =
      world.queue > 0 ? std::min(1.0, kUnevenArrivals * before * world.run / world.queue) : 1;
  return explained * left +
         (1 - explained) * (change.bursts < 0 ? following(world.burst, cpu) : change.bursts);
}

Model::Rest Model::rest_of(const World& world, const Change& change, double cpu) const {
  Rest rest{};
  rest.run = world.run * cpu;
  rest.queue = world.queue * change.queue * queue_left(world, change, cpu) +
               world.wake * change.wake + world.throttled * change.throttled * std::min(1.0, cpu);
  // Stops that are as much shorter hold up as many requests fewer; and the queue drains sooner.
  const double before = behind_stops(fixed_, world, world.busy());
  const double after = behind_stops(fixed_, world, busy_after(world, change, cpu));
  rest.stop_queue =
      before > 0 ? world.stop_queue * change.stopped * after / before : world.stop_queue;
  rest.waits =
      world.upstream * change.upstream + world.disk * change.disk + world.paging * change.paging;
  rest.stopped = world.stopped * change.stopped;
  // Workers come free sooner when what they do takes less time.
  const double held = world.run + world.cpu_queue() + waits_of(world);
  const double held_after = rest.run + rest.queue + rest.stop_queue + rest.waits;
  const double shorter = held > 0 ? held_after / held : 1;
  rest.pool = world.pool * change.pool * std::pow(shorter, 1 + world.open);
  rest.other = world.lock * change.lock * following(world.lock_follows, cpu) +
               world.transfer * change.transfer + world.rest * following(world.rest_follows, cpu);
  return rest;
}

double Model::latency(const World& world, const Change& change) const {
  return gain_of(1, change.restart * rest_of(world, change, change.cpu).sum());
}

// Beside the mean, slow requests have an excess; what it is made of is not known request by
// request. The CPU's part of it is the CPU's part of the mean to an exponent between 1/3 and 3:
// between "mostly CPU" and "mostly waits" as far as both are there. What stops make of it was
// measured, and what queues for those that were stopped comes with it; with less CPU time that
// queue ends sooner, but who came first to a stop waits as long. Waits for room in the heap are
// among the waits.
double Model::tail(const World& world, const Change& change) const {
  const double p99 = fixed_.p99.value_or(1);
  const double cpu = change.cpu_slow < 0 ? change.cpu : change.cpu_slow;
  const Rest rest = rest_of(world, change, cpu);
  const double queue = world.cpu_queue() - world.stop_queue;
  const double moving = world.run + queue;
  const double still =
      std::max(0.0, 1 - (world.stopped - world.heap_waits) - world.stop_queue - moving);
  const double mean = moving + still;
  const double stops =
      std::clamp(fixed_.p99_stops * (1 + behind_stops(fixed_, world, world.busy())), 0.0,
                 std::max(0.0, p99 - mean));
  if (!(mean > 0)) return gain_of(p99, p99 - stops * (1 - change.stopped));
  const double moving_left = moving > 0 ? (rest.run + rest.queue) / moving : 1;
  // With service times that vary little, slow requests are those that queued.
  const double by_queue = moving > 0 ? world.queue_in_tail * queue / moving : 0;
  const double queue_left = queue > 0 ? rest.queue / queue : 1;
  const double slow_left = moving_left + by_queue * (queue_left - moving_left);
  const double held = world.heap_waits * change.stopped;
  const double still_left = still > 0 ? (rest.waits + rest.pool + rest.other + held) / still : 1;
  const double without_stops = p99 - stops;
  const double from_mean = std::min(mean, without_stops);
  const double excess = without_stops - from_mean;
  const double cpu_part = std::pow(moving / mean, world.tail_exponent);
  const double mean_left = (moving * moving_left + still * still_left) / mean;
  const double after = from_mean * mean_left +
                       excess * (cpu_part * slow_left + (1 - cpu_part) * still_left) +
                       stops * change.stopped;
  return gain_of(p99, after * change.jitter * change.restart);
}

double Model::capacity(const Change& change) { return gain_of(1, change.cpu); }

double Model::throughput(const World& world, const Change& change) const {
  const auto limit = [&](double machine, double lane) {
    return 1 / std::max({machine, lane, 1e-6});
  };
  const double before = limit(world.machine, world.loop);
  const double lane = change.all_cpus ? 0 : change.cpu * world.loop;
  return gain_of(limit(change.cpu * world.machine, lane), before);
}

}  // namespace boundscope
