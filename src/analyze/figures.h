// Figures: shares from totals. A pure function of one row of totals, so that the whole run, a batch
// of windows and a bootstrap draw are treated alike.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "analyze/table.h"
#include "analyze/totals.h"
#include "boundscope/analysis.h"

namespace boundscope {

// What can win. `cpu` is all that computing costs, stops for collections included; whether those
// are what it is about is the cause's question. `unattributed` cannot be a verdict, only prevent
// one.
enum class Candidate { cpu, memory, upstream, disk, transfer, lock, pool, unattributed };
inline constexpr std::size_t kCandidates = 8;
inline constexpr std::size_t kComponents = 11;

// CPU time by what it would take to reduce it.
enum class OwnerGroup { language, native, kernel, unknown };
inline constexpr std::size_t kOwnerGroups = 4;

// Constants of the run that the figures need.
struct Setting {
  View view = View::threads;
  double cpu_limit = 1;           // cores
  double evicted_reads = 0;       // part of the disk time that rereads evicted pages
  double evicted_reads_high = 0;  // ... and what it may be, where nobody counts what is read
  bool one_lane = false;          // the busiest thread is a process under an interpreter lock
  bool managed = false;         // a runtime collects garbage: what allocation costs belongs to that
  bool interpreted = false;     // the busiest process runs an interpreter
  bool stalls_counted = false;  // by hardware counters, else by samples
  double stall_found_share = 1;  // see StallSource
};

struct Figures {
  double whole = 0;  // request-ns (or ns of working processes) the shares are of; 0: nothing there
  // Value, and the bounds of the attribution (not of chance).
  std::array<Estimate, kComponents> component{};
  std::array<Estimate, kCandidates> candidate{};
  // Parts of the candidates, as shares of the whole.
  double cpu = 0, run_queue = 0, throttled = 0, interpreter_lock = 0;
  double cpu_queue = 0;    // requests behind the CPU
  double behind_loop = 0;  // requests that wait for the busiest thread
  bool one_lane = false;   // ... which is a process under an interpreter lock
  double stopped = 0;      // held up by collections
  double stops = 0;        // of it: the runtime had stopped the program
  double heap_waits = 0;   // of it: until there was room in the heap; others queued behind those
  double gc = 0;  // stops, and what collecting and allocating takes of the CPU and its queue
  double collecting = 0;  // part of the CPU time beside the stops that goes into those two
  double disk_locks = 0, upstream_locks = 0, multiplexed = 0, queue = 0;
  // Resources.
  double loop = 0;         // busy share of the busiest thread
  double second_loop = 0;  // of the next
  double machine = 0;      // CPU wanted / limit
  double cores = 0;
  double periods_throttled = 0;  // share
  double samples = 0;
  // Of the CPU time in user space, waiting for caches and DRAM. Meaningless where it is not known.
  double stalled = 0;
  double unclear_stalls = 0;  // what it may be less or more by: hits that look like misses
  bool stalls_known = false;
  bool stalls_counted = false;  // by hardware; else estimated from samples
  double stalls_decide = 0;     // stalled share of the CPU time, above which that is a cause
  double stall_weight = 0;      // what it is a share of: samples, or cycles
  double stall_unread = 0;      // samples whose code could not be read
  std::array<double, kCpuOwners> owner{};
  std::array<double, kOwnerGroups> group{};
};

Figures figures(std::span<const double> totals, const Setting& setting);

// Figures of the whole run, its batches and bootstrap draws.
struct Evidence {
  Setting setting;
  Figures run;
  std::vector<Figures> batches;
  std::vector<Figures> draws;    // stretched to the batch means' spread where that is wider
  double effective_windows = 0;  // for the candidate that varies most slowly

  // 90 % interval of a figure, from `pick(figures)`. `weight(figures)` is what the figure is a
  // share of; windows count by it.
  template <class Pick, class Weight>
  Estimate interval_by(Pick pick, Weight weight) const;
  template <class Pick>
  Estimate interval(Pick pick) const {
    return interval_by(pick, [](const Figures& figures) { return figures.whole; });
  }
};
Evidence gather_evidence(const Table& totals, const Setting& setting, std::uint64_t seed);

// The wider of draws and batches around `value`; see intervals.h.
Estimate evidence_interval(double value, const std::vector<double>& draws,
                           const std::vector<double>& batches, const std::vector<double>& weights);

template <class Pick, class Weight>
Estimate Evidence::interval_by(Pick pick, Weight weight) const {
  std::vector<double> from_draws;
  std::vector<double> from_batches;
  std::vector<double> weights;
  for (const Figures& draw : draws) from_draws.push_back(pick(draw));
  for (const Figures& batch : batches) {
    from_batches.push_back(pick(batch));
    weights.push_back(weight(batch));
  }
  return evidence_interval(pick(run), from_draws, from_batches, weights);
}

}  // namespace boundscope
