// Model: what a change does to latency, tail and throughput in one world. A rewrite is one change
// among others, so that all of them can be compared (docs/rewrite.md, "Model").
#pragma once

#include "analyze/rewrite/queueing.h"
#include "analyze/rewrite/world.h"

namespace boundscope {

// What is left of each cost; 1 is all of it.
struct Change {
  double cpu = 1;        // CPU time per request
  double cpu_slow = -1;  // ... of slow requests; below 0: the same
  double queue = 1;      // for the CPU, beside what less CPU time does to it
  double jitter = 1;     // of the p99, beside all else
  double restart = 1;    // of all times: another start of a program
  double bursts = -1;    // of queues that utilisation does not explain; below 0: as the CPU time
  double wake = 1, stopped = 1, throttled = 1;
  double upstream = 1, disk = 1, paging = 1, transfer = 1, lock = 1;
  double pool = 1;        // beside what shorter work does to it
  bool all_cpus = false;  // what one thread did is done by as many as there are CPUs
};

class Model {
 public:
  explicit Model(const Fixed& fixed);

  // Each as a gain: before / after.
  double latency(const World& world, const Change& change) const;
  // Precondition: fixed.p99.
  double tail(const World& world, const Change& change) const;
  static double capacity(const Change& change);
  // Of requests a second at saturation, where the CPU is what saturates.
  double throughput(const World& world, const Change& change) const;

 private:
  struct Rest {  // of each part of the latency
    double run, queue, stop_queue, waits, stopped, pool, other;
    double sum() const { return run + queue + stop_queue + waits + stopped + pool + other; }
  };
  Rest rest_of(const World& world, const Change& change, double cpu) const;
  double queue_left(const World& world, const Change& change, double cpu) const;
  // Of what requests queue for.
  double busy_after(const World& world, const Change& change, double cpu) const;

  const Fixed& fixed_;
  MeanWait machine_;
  MeanWait lane_;
};

// A gain is never claimed beyond 1000, nor a loss.
double gain_of(double before, double after);

}  // namespace boundscope
