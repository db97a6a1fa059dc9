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

Estimate bounded(Estimate estimate) {
  estimate.value = std::clamp(estimate.value, 0.0, 1.0);
  estimate.low = std::clamp(estimate.low, 0.0, estimate.value);
  estimate.high = std::clamp(estimate.high, estimate.value, 1.0);
  return estimate;
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

void set_components(Figures& figures, const Shares& shares) {
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
  set(RequestComponent::throttled, shares[Part::throttled]);
  set(RequestComponent::upstream, upstream);
  set(RequestComponent::disk, shares[Part::disk]);
  set(RequestComponent::paging, shares[Part::paging]);
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
  double cpu = 0, lock = 0, pool = 0, unattributed = 0;
};

Queue divide_queue(const Shares& shares, const Figures& figures) {
  const double cpu =
      sum_of(shares, {Part::cpu, Part::run_queue, Part::throttled, Part::lock_interpreter}).value;
  const double lock = sum_of(shares, {Part::lock_running, Part::lock_other}).value;
  const double wait = sum_of(shares, {Part::lock_disk, Part::lock_upstream, Part::disk,
                                      Part::paging, Part::upstream})
                          .value;
  Queue queue;
  const bool saturated = figures.loop >= kLoopSaturated || figures.machine >= kMachineFull;
  if (saturated || !(cpu + lock + wait > 0)) {
    queue.cpu = shares.behind_running;
  } else {
    queue.cpu = shares.behind_running * cpu / (cpu + lock + wait);
    queue.lock = shares.behind_running * lock / (cpu + lock + wait);
    queue.pool = shares.behind_running * wait / (cpu + lock + wait);
  }
  queue.lock += shares.behind_waiting * part_of(lock, lock + wait);
  queue.pool += shares.behind_waiting * part_of(wait, lock + wait);
  if (!(lock + wait > 0)) queue.unattributed += shares.behind_waiting;
  // Nobody has even read them: they queue, for whatever it is.
  const double unread =
      std::clamp(shares.socket_queue - shares.behind_running - shares.behind_waiting, 0.0,
                 shares.behind_nothing);
  queue.pool += unread;
  queue.unattributed += shares.behind_nothing - unread;
  return queue;
}

void set_candidates(Figures& figures, const Shares& shares, const Setting& setting) {
  const Queue queue = divide_queue(shares, figures);
  const auto set = [&](Candidate candidate, Estimate estimate) {
    figures.candidate[static_cast<std::size_t>(candidate)] = bounded(estimate);
  };
  const double evicted = setting.evicted_reads;
  const Estimate disk = sum_of(shares, {Part::disk, Part::lock_disk});
  const auto scaled = [](Estimate estimate, double factor) {
    return Estimate{estimate.value * factor, estimate.low * factor, estimate.high * factor};
  };
  const Estimate reread = scaled(disk, evicted);
  const Estimate paging = shares[Part::paging];
  Estimate upstream = sum_of(shares, {Part::upstream, Part::lock_upstream});
  upstream.value += shares.multiplexed;
  upstream.high = std::max(upstream.value, upstream.high + shares.multiplexed);

  set(Candidate::cpu,
      plus(sum_of(shares, {Part::cpu, Part::run_queue, Part::throttled, Part::lock_interpreter}),
           queue.cpu));
  set(Candidate::memory,
      {paging.value + reread.value, paging.low + reread.low, paging.high + reread.high});
  set(Candidate::upstream, upstream);
  set(Candidate::disk, scaled(disk, 1 - evicted));
  set(Candidate::transfer, {shares.transfer, shares.transfer, shares.transfer});
  set(Candidate::lock, plus(sum_of(shares, {Part::lock_running, Part::lock_other}), queue.lock));
  set(Candidate::pool, {queue.pool, queue.pool, queue.pool});
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

void set_resources(Figures& figures, std::span<const double> totals, const Setting& setting) {
  const double observed = totals[at(Column::observed)];
  figures.loop = part_of(totals[at(Column::busiest_thread)], observed);
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
  if (setting.view == View::requests) {
    const Shares shares = request_shares(totals, figures.whole);
    if (!(figures.whole > 0)) return figures;
    set_components(figures, shares);
    set_candidates(figures, shares, setting);
  } else {
    const Shares shares = thread_shares(totals, figures.whole);
    if (figures.whole > 0) set_candidates(figures, shares, setting);
  }
  return figures;
}

Evidence gather_evidence(const Table& totals, const Setting& setting, std::uint64_t seed) {
  Evidence evidence;
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
  stretch(evidence, stretch_of(evidence));
  return evidence;
}

Estimate evidence_interval(double value, const std::vector<double>& draws,
                           const std::vector<double>& batches, const std::vector<double>& weights) {
  return wider_interval(value, draws, ratio_residuals(batches, weights, value));
}

}  // namespace boundscope
