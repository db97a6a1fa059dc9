#include "analyze/figures.h"

#include <algorithm>
#include <cmath>

#include "analyze/intervals.h"
#include "analyze/thresholds.h"

namespace boundscope {
namespace {

double part_of(double part, double whole) { return whole > 0 ? part / whole : 0; }

// Parts as shares of the whole.
struct Shares {
  std::array<Estimate, kParts> part{};
  double transfer = 0, socket_queue = 0, behind_running = 0, behind_waiting = 0, behind_nothing = 0;
  double multiplexed = 0;

  const Estimate& operator[](Part p) const { return part[static_cast<std::size_t>(p)]; }
};

Estimate sum_of(const Shares& shares, std::initializer_list<Part> parts) {
  Estimate sum;
  for (const Part part : parts) {
    sum.value += shares[part].value;
    sum.low += shares[part].low;
    sum.high += shares[part].high;
  }
  return sum;
}

Estimate plus(Estimate estimate, double certain) {
  return {estimate.value + certain, estimate.low + certain, estimate.high + certain};
}

Estimate plus(const Estimate& a, const Estimate& b) {
  return {a.value + b.value, a.low + b.low, a.high + b.high};
}

Estimate times(const Estimate& estimate, double factor) {
  return {estimate.value * factor, estimate.low * factor, estimate.high * factor};
}

Estimate bounded(Estimate estimate) {
  estimate.value = std::clamp(estimate.value, 0.0, 1.0);
  estimate.low = std::clamp(estimate.low, 0.0, estimate.value);
  estimate.high = std::clamp(estimate.high, estimate.value, 1.0);
  return estimate;
}

// Disk time of reading again what was evicted, and the rest.
struct Evicted {
  Estimate reread, read_once;
};
Evicted by_eviction(const Estimate& disk, const Setting& setting) {
  const double part = setting.evicted_reads;
  const double most = std::max(part, setting.evicted_reads_high);
  return {{disk.value * part, disk.low * part, disk.high * most},
          {disk.value * (1 - part), disk.low * (1 - most), disk.high * (1 - part)}};
}

Shares request_shares(std::span<const double> totals, double& whole) {
  const double transfer = totals[at(Column::transfer)];
  const double nothing = std::max(0.0, totals[at(Column::behind_nothing)]);
  // The whole is the sum of the parts, so that shares add up even where long polls were taken out
  // in a later window than they were counted in.
  double in_flight = nothing + totals[at(Column::behind_running)] +
                     totals[at(Column::behind_waiting)] + totals[at(Column::multiplexed)];
  for (std::size_t i = 0; i < kParts; ++i) in_flight += totals[at(Column::point) + i];
  whole = in_flight + transfer;
  Shares shares;
  if (!(whole > 0)) return shares;
  for (std::size_t i = 0; i < kParts; ++i) {
    shares.part[i] = {totals[at(Column::point) + i] / whole, totals[at(Column::low) + i] / whole,
                      totals[at(Column::high) + i] / whole};
  }
  shares.transfer = transfer / whole;
  shares.socket_queue = totals[at(Column::socket_queue)] / whole;
  shares.behind_running = totals[at(Column::behind_running)] / whole;
  shares.behind_waiting = totals[at(Column::behind_waiting)] / whole;
  shares.behind_nothing = nothing / whole;
  shares.multiplexed = totals[at(Column::multiplexed)] / whole;
  return shares;
}

// Only time in which a working process did, or waited for, something of its own is in the whole.
Shares thread_shares(std::span<const double> totals, double& whole) {
  whole = 0;
  for (std::size_t i = 0; i < kParts; ++i) whole += totals[at(Column::thread_view) + i];
  Shares shares;
  if (!(whole > 0)) return shares;
  for (std::size_t i = 0; i < kParts; ++i) {
    const double share = totals[at(Column::thread_view) + i] / whole;
    shares.part[i] = {share, share, share};
  }
  return shares;
}

// Work for pages that are not in memory is paging, like waiting for them. Threads that make room
// are not among those that run.
void move_paging_work(Shares& shares, std::span<const double> totals, const Figures& figures,
                      const Setting& setting) {
  const double running = figures.samples - totals[at(Column::room_samples)];
  const double paging =
      totals[at(Column::paging_samples)] + setting.evicted_reads * totals[at(Column::read_samples)];
  const double part = std::clamp(part_of(paging, running), 0.0, 1.0);
  Estimate& cpu = shares.part[static_cast<std::size_t>(Part::cpu)];
  Estimate& pages = shares.part[static_cast<std::size_t>(Part::paging)];
  const Estimate moved = times(cpu, part);
  pages = plus(pages, moved);
  cpu = times(cpu, 1 - part);
}

void set_components(Figures& figures, const Shares& shares, const Setting& setting) {
  const auto set = [&](RequestComponent component, Estimate estimate) {
    figures.component[static_cast<std::size_t>(component)] = bounded(estimate);
  };
  const double remainder = shares.behind_running + shares.behind_waiting + shares.behind_nothing;
  const double at_the_door = std::min(shares.socket_queue, remainder);
  const double unattributed = remainder - at_the_door;
  Estimate upstream = shares[Part::upstream];
  upstream.value += shares.multiplexed;
  upstream.high = std::max(upstream.high + shares.multiplexed, upstream.value);

  double largest_high = shares.transfer;
  for (const Estimate& part : shares.part) largest_high = std::max(largest_high, part.high);
  const double could_be_nowhere = std::max(unattributed, 1 - largest_high - at_the_door);

  set(RequestComponent::cpu, shares[Part::cpu]);
  set(RequestComponent::run_queue, shares[Part::run_queue]);
  set(RequestComponent::gc_pause, sum_of(shares, {Part::stopped, Part::lock_heap}));
  set(RequestComponent::throttled, shares[Part::throttled]);
  set(RequestComponent::upstream, upstream);
  // Reading again what was evicted is for want of memory, whatever the system call.
  const auto [reread, read_once] = by_eviction(shares[Part::disk], setting);
  set(RequestComponent::disk, read_once);
  set(RequestComponent::paging, plus(shares[Part::paging], reread));
  set(RequestComponent::lock,
      sum_of(shares, {Part::lock_interpreter, Part::lock_running, Part::lock_disk,
                      Part::lock_upstream, Part::lock_other}));
  set(RequestComponent::socket_queue, {at_the_door, at_the_door, at_the_door});
  set(RequestComponent::transfer, {shares.transfer, shares.transfer, shares.transfer});
  set(RequestComponent::unattributed, {unattributed, unattributed, could_be_nowhere});
}

// Requests nobody works on queue for whoever is at work; their time belongs to what keeps those
// busy.
struct Queue {
  double cpu = 0, heap = 0, lock = 0, pool = 0, unattributed = 0;
};

Queue divide_queue(const Shares& shares, const Figures& figures, const Setting& setting) {
  const double cpu =
      sum_of(shares, {Part::cpu, Part::run_queue, Part::throttled, Part::lock_interpreter}).value;
  const double heap = shares[Part::lock_heap].value;
  const double lock = sum_of(shares, {Part::lock_running, Part::lock_other}).value;
  const double wait = sum_of(shares, {Part::lock_disk, Part::lock_upstream, Part::disk,
                                      Part::paging, Part::upstream})
                          .value;
  Queue queue;
  const bool saturated = figures.loop >= kLoopSaturated || figures.machine >= kMachineFull;
  // All of several workers busy, and CPUs to spare: more workers would help. Threads that take
  // turns are one worker.
  const bool workers_full =
      !setting.one_lane && figures.second_loop >= kLoopSaturated && figures.machine < kMachineFull;
  if (workers_full) {
    queue.pool = shares.behind_running;
  } else if (saturated || !(cpu + heap + lock + wait > 0)) {
    queue.cpu = shares.behind_running;
  } else {
    const double each = shares.behind_running / (cpu + heap + lock + wait);
    queue.cpu = each * cpu;
    queue.heap = each * heap;
    queue.lock = each * lock;
    queue.pool = each * wait;
  }
  queue.heap += shares.behind_waiting * part_of(heap, heap + lock + wait);
  queue.lock += shares.behind_waiting * part_of(lock, heap + lock + wait);
  queue.pool += shares.behind_waiting * part_of(wait, heap + lock + wait);
  if (!(heap + lock + wait > 0)) queue.unattributed += shares.behind_waiting;
  // Nobody has even read them: they queue, for whatever it is.
  const double unread =
      std::clamp(shares.socket_queue - shares.behind_running - shares.behind_waiting, 0.0,
                 shares.behind_nothing);
  // More workers would share the same CPUs.
  (figures.machine >= kMachineFull ? queue.cpu : queue.pool) += unread;
  queue.unattributed += shares.behind_nothing - unread;
  return queue;
}

void set_candidates(Figures& figures, const Shares& shares, const Setting& setting) {
  const Queue queue = divide_queue(shares, figures, setting);
  const auto set = [&](Candidate candidate, Estimate estimate) {
    figures.candidate[static_cast<std::size_t>(candidate)] = bounded(estimate);
  };
  const Estimate disk = sum_of(shares, {Part::disk, Part::lock_disk});
  const auto [reread, read_once] = by_eviction(disk, setting);
  const Estimate paging = shares[Part::paging];
  Estimate upstream = shares[Part::upstream];
  upstream.value += shares.multiplexed;
  upstream.high = std::max(upstream.value, upstream.high + shares.multiplexed);

  // Stops, and waits for room in the heap, are the collector's whole; of the rest of the CPU time,
  // and of the queue for it, its part.
  const Estimate computing =
      plus(sum_of(shares, {Part::cpu, Part::run_queue, Part::throttled, Part::lock_interpreter}),
           queue.cpu);
  const Estimate heap_waits = plus(shares[Part::lock_heap], queue.heap);
  const Estimate stopped = plus(shares[Part::stopped], heap_waits);
  set(Candidate::cpu, {computing.value + stopped.value, computing.low + stopped.low,
                       computing.high + stopped.high});
  figures.stopped = stopped.value;
  figures.stops = shares[Part::stopped].value;
  figures.heap_waits = shares[Part::lock_heap].value;
  figures.gc = stopped.value + figures.collecting * computing.value;
  set(Candidate::memory, plus(paging, reread));
  set(Candidate::upstream, upstream);
  set(Candidate::disk, read_once);
  set(Candidate::transfer, {shares.transfer, shares.transfer, shares.transfer});
  set(Candidate::lock, plus(sum_of(shares, {Part::lock_running, Part::lock_other}), queue.lock));
  // While others use all connections, with a call open on each, the rest queue for one.
  set(Candidate::pool, plus(shares[Part::lock_upstream], queue.pool));
  const double rest = queue.unattributed + shares[Part::other].value;
  set(Candidate::unattributed, {rest, rest, rest});

  figures.cpu = shares[Part::cpu].value;
  figures.run_queue = shares[Part::run_queue].value;
  figures.throttled = shares[Part::throttled].value;
  figures.interpreter_lock = shares[Part::lock_interpreter].value;
  figures.cpu_queue = queue.cpu;
  figures.behind_loop = queue.cpu;
  // Its threads stand in each other's way, whether they wait for the lock or for a CPU.
  figures.one_lane = setting.one_lane;
  if (setting.one_lane) figures.behind_loop += figures.run_queue + figures.interpreter_lock;
  figures.disk_locks = shares[Part::lock_disk].value;
  figures.upstream_locks = shares[Part::lock_upstream].value;
  figures.multiplexed = shares.multiplexed;
  figures.queue = queue.pool;
}

OwnerGroup group_of(CpuOwner owner) {
  switch (owner) {
    case CpuOwner::application:
    case CpuOwner::interpreter:
    case CpuOwner::jit_compiler:
    case CpuOwner::gc:
    case CpuOwner::allocator:
    case CpuOwner::runtime:
    case CpuOwner::builtin:
      return OwnerGroup::language;
    case CpuOwner::native_library:
      return OwnerGroup::native;
    case CpuOwner::kernel:
      return OwnerGroup::kernel;
    case CpuOwner::unknown:
      break;
  }
  return OwnerGroup::unknown;
}

// Part of the CPU time that goes into collecting and allocating, where the program runs meanwhile:
// what the collector used while it had stopped the program counts as stops already.
double collecting_share(const Figures& figures, std::span<const double> totals,
                        const Setting& setting) {
  if (!setting.managed) return 0;
  const auto owner = [&](CpuOwner which) { return figures.owner[static_cast<std::size_t>(which)]; };
  const double on_cpu = totals[at(Column::on_cpu)];
  double while_stopped = std::min(on_cpu, totals[at(Column::stopped_running)]);
  if (setting.view == View::threads) while_stopped = 0;  // stops are no state of threads
  const double all = (owner(CpuOwner::gc) + owner(CpuOwner::allocator)) * on_cpu;
  return std::clamp(part_of(all - while_stopped, on_cpu - while_stopped), 0.0, 1.0);
}

void set_resources(Figures& figures, std::span<const double> totals, const Setting& setting) {
  const double observed = totals[at(Column::observed)];
  figures.loop = part_of(totals[at(Column::busiest_thread)], observed);
  figures.second_loop = part_of(totals[at(Column::second_thread)], observed);
  figures.machine = part_of(totals[at(Column::wanted)], observed) / setting.cpu_limit;
  figures.cores = totals[at(Column::host_cpu_time)] > 0
                      ? totals[at(Column::host_cpu)] / totals[at(Column::host_cpu_time)]
                      : part_of(totals[at(Column::on_cpu)], observed);
  figures.periods_throttled =
      part_of(totals[at(Column::periods_throttled)], totals[at(Column::periods)]);
  for (std::size_t i = 0; i < kCpuOwners; ++i) figures.samples += totals[at(Column::owner) + i];
  for (std::size_t i = 0; i < kCpuOwners; ++i) {
    figures.owner[i] = part_of(totals[at(Column::owner) + i], figures.samples);
    figures.group[static_cast<std::size_t>(group_of(static_cast<CpuOwner>(i)))] += figures.owner[i];
  }
  figures.collecting = collecting_share(figures, totals, setting);
}

// methods.md 2.4, with the loads that hit told apart: of the samples after loads, those beyond what
// the same code would show if all its loads hit the nearest cache.
void set_stalls(Figures& figures, std::span<const double> totals, const Setting& setting) {
  figures.stalls_counted = setting.stalls_counted;
  if (!setting.stalls_counted) {
    figures.stalls_decide = setting.interpreted ? kInterpreterStalled : kStalledBySamples;
  }
  if (setting.stalls_counted) {
    figures.stall_weight = totals[at(Column::stall_cycles)];
    figures.stalls_known = figures.stall_weight > 0;
    figures.stalled = part_of(totals[at(Column::stall_memory_cycles)], figures.stall_weight);
  } else {
    const double samples = totals[at(Column::stall_samples)];
    figures.stall_unread = totals[at(Column::stall_unread)];
    const double all = samples + figures.stall_unread;
    figures.stall_weight = samples;
    figures.stalls_known = samples >= kMinStallSamples && samples >= kMinStallCoverage * all;
    const double unclear = totals[at(Column::stall_unclear)];
    const double excess =
        totals[at(Column::stall_after_load)] - totals[at(Column::stall_expected)] - unclear / 2;
    figures.stalled = part_of(excess, samples * setting.stall_found_share);
    figures.unclear_stalls = part_of(unclear, samples) / 2;
  }
  figures.stalled = std::clamp(figures.stalled, 0.0, 1.0);
}

// Error of each batch (or row) in a candidate's share.
std::vector<double> residuals(const std::vector<Figures>& parts, const Figures& run,
                              std::size_t candidate) {
  std::vector<double> ratios;
  std::vector<double> wholes;
  for (const Figures& part : parts) {
    ratios.push_back(part.candidate[candidate].value);
    wholes.push_back(part.whole);
  }
  return ratio_residuals(ratios, wholes, run.candidate[candidate].value);
}

std::vector<Figures> figures_of_rows(const Table& table, const Setting& setting) {
  std::vector<Figures> all;
  all.reserve(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    all.push_back(figures(table.row(row), setting));
  }
  return all;
}

constexpr double kMaterialShare = 0.05;

// How much wider the batch means are than the draws, over all candidates that matter.
double stretch_of(const Evidence& evidence) {
  double wide = 0;
  double narrow = 0;
  for (std::size_t i = 0; i < kCandidates; ++i) {
    if (evidence.run.candidate[i].value < kMaterialShare) continue;
    std::vector<double> values;
    for (const Figures& draw : evidence.draws) values.push_back(draw.candidate[i].value);
    const double drawn = quantile(values, 0.95) - quantile(values, 0.05);
    const Estimate wider = wider_interval(evidence.run.candidate[i].value, values,
                                          residuals(evidence.batches, evidence.run, i));
    wide += std::pow(wider.high - wider.low, 2);
    narrow += drawn * drawn;
  }
  return narrow > 0 ? std::clamp(std::sqrt(wide / narrow), 1.0, kMaxStretch) : 1;
}

void stretch(Evidence& evidence, double factor) {
  for (Figures& draw : evidence.draws) {
    for (std::size_t i = 0; i < kCandidates; ++i) {
      Estimate& drawn = draw.candidate[i];
      const double centre = evidence.run.candidate[i].value;
      const double value = std::clamp(centre + factor * (drawn.value - centre), 0.0, 1.0);
      const double shift = value - drawn.value;
      drawn = bounded({value, drawn.low + shift, drawn.high + shift});
    }
  }
}

}  // namespace

Figures figures(std::span<const double> totals, const Setting& setting) {
  Figures figures;
  set_resources(figures, totals, setting);
  set_stalls(figures, totals, setting);
  if (setting.view == View::requests) {
    Shares shares = request_shares(totals, figures.whole);
    if (!(figures.whole > 0)) return figures;
    move_paging_work(shares, totals, figures, setting);
    set_components(figures, shares, setting);
    set_candidates(figures, shares, setting);
  } else {
    Shares shares = thread_shares(totals, figures.whole);
    if (!(figures.whole > 0)) return figures;
    move_paging_work(shares, totals, figures, setting);
    set_candidates(figures, shares, setting);
  }
  return figures;
}

Evidence gather_evidence(const Table& totals, const Setting& setting, std::uint64_t seed) {
  Evidence evidence;
  evidence.setting = setting;
  evidence.run = figures(column_sums(totals), setting);
  evidence.batches = figures_of_rows(batch_sums(totals, kBatches), setting);

  const std::vector<Figures> rows = figures_of_rows(totals, setting);
  double block = 1;
  evidence.effective_windows = static_cast<double>(totals.rows());
  for (std::size_t i = 0; i < kCandidates; ++i) {
    if (evidence.run.candidate[i].value < kMaterialShare) continue;
    const std::vector<double> series = residuals(rows, evidence.run, i);
    block = std::max(block, politis_white_block(series));
    evidence.effective_windows = std::min(evidence.effective_windows, effective_windows(series));
  }
  evidence.draws = figures_of_rows(bootstrap_sums(totals, block, kDraws, seed), setting);
  // A resample without a request says nothing about requests.
  const auto empty = [](const Figures& draw) { return !(draw.whole > 0); };
  if (!std::all_of(evidence.draws.begin(), evidence.draws.end(), empty)) {
    std::erase_if(evidence.draws, empty);
  }
  stretch(evidence, stretch_of(evidence));
  return evidence;
}

Estimate evidence_interval(double value, const std::vector<double>& draws,
                           const std::vector<double>& batches, const std::vector<double>& weights) {
  return wider_interval(value, draws, ratio_residuals(batches, weights, value));
}

}  // namespace boundscope
