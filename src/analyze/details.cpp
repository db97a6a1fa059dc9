#include "analyze/details.h"

#include <algorithm>

#include "analyze/stops.h"
#include "analyze/thresholds.h"

namespace boundscope {
namespace {

using Weights = std::map<std::string, double>;

std::size_t at(WaitClass wait) { return static_cast<std::size_t>(wait); }
double component(const Evidence& evidence, RequestComponent component) {
  return evidence.run.component[static_cast<std::size_t>(component)].value;
}

// The weights as parts of `share`, largest first.
std::vector<Detail> details_of(const Weights& weights, double share) {
  double total = 0;
  for (const auto& [name, weight] : weights) total += weight;
  std::vector<Detail> details;
  if (!(total > 0) || !(share > 0)) return details;
  for (const auto& [name, weight] : weights) {
    if (weight > 0) details.push_back({name, share * weight / total});
  }
  std::stable_sort(details.begin(), details.end(),
                   [](const Detail& a, const Detail& b) { return a.share > b.share; });
  return details;
}

std::string largest(const Weights& weights) {
  const auto found =
      std::max_element(weights.begin(), weights.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  return found == weights.end() || !(found->second > 0) ? std::string() : found->first;
}

// Call time by peer; peers that another process of the target stands for only as far as they are
// left.
Weights peers(const Run& run, const std::map<pid_t, ProcessModel>& models) {
  Weights weights;
  for (const Window* window : run.windows) {
    for (const UpstreamTotals& upstream : window->upstreams) {
      const bool replaced =
          may_be_internal(upstream) && models.at(upstream.pid).internal_upstream > 0;
      if (!replaced) weights[upstream.peer] += static_cast<double>(upstream.latency_ns);
    }
  }
  return weights;
}

Weights wait_subjects(const Run& run, WaitClass wait) {
  Weights weights;
  for (const Window* window : run.windows) {
    for (const WaitTotals& totals : window->waits) {
      if (totals.wait_class == wait && !totals.subject.empty()) {
        weights[totals.subject] += static_cast<double>(totals.blocked_ns);
      }
    }
  }
  return weights;
}

std::array<double, kWaitClasses> blocked_by_class(const Run& run) {
  std::array<double, kWaitClasses> blocked{};
  for (const Window* window : run.windows) {
    for (const ProcessWindow& process : window->processes) {
      for (std::size_t i = 0; i < kWaitClasses; ++i) {
        blocked[i] += static_cast<double>(process.blocked_ns[i]);
      }
    }
  }
  return blocked;
}

Weights disk_operations(const Run& run) {
  const auto blocked = blocked_by_class(run);
  return {{"read", blocked[at(WaitClass::disk_read)]},
          {"write", blocked[at(WaitClass::disk_write)]},
          {"sync", blocked[at(WaitClass::disk_sync)]},
          {"io_uring", blocked[at(WaitClass::io_uring)]},
          {"other", blocked[at(WaitClass::disk_other)]}};
}

Weights run_queue_sides(const Run& run) {
  Weights weights;
  for (const Window* window : run.windows) {
    for (const ProcessWindow& process : window->processes) {
      weights["preempted"] += static_cast<double>(process.preempted_ns);
      weights["woken"] += static_cast<double>(process.woken_ns);
    }
  }
  return weights;
}

Weights lock_holders(const Run& run) {
  Weights weights;
  for (const Window* window : run.windows) {
    for (const LockCause& cause : window->lock_causes) {
      weights["holder_running"] += static_cast<double>(cause.running_ns);
      weights["holder_disk"] += static_cast<double>(cause.disk_ns);
      weights["holder_upstream"] += static_cast<double>(cause.upstream_ns);
      weights["holder_other"] += static_cast<double>(cause.other_ns);
    }
  }
  return weights;
}

Weights remainder_sides(const Run& run) {
  Weights weights;
  for (const Window* window : run.windows) {
    for (const ProcessWindow& process : window->processes) {
      const RequestTotals& requests = process.requests;
      weights["behind_running"] += static_cast<double>(requests.behind_running_ns);
      weights["behind_waiting"] += static_cast<double>(requests.behind_waiting_ns);
      weights["behind_nothing"] += std::max(0.0, static_cast<double>(requests.behind_nothing_ns) -
                                                     static_cast<double>(requests.long_poll_ns));
    }
  }
  return weights;
}

double freeing_ns(const Run& run) {
  double sum = 0;
  for (const Window* window : run.windows) {
    for (const ProcessWindow& process : window->processes) {
      sum += static_cast<double>(process.reclaim_ns + process.compaction_ns);
    }
  }
  return sum;
}

// `evicted`: part of the disk time that is paging.
Weights paging_sides(const Run& run, double evicted) {
  const auto blocked = blocked_by_class(run);
  Weights weights = {{"page_fault", blocked[at(WaitClass::page_fault)]},
                     {"memory_wait", blocked[at(WaitClass::memory)] + freeing_ns(run)}};
  if (evicted > 0) {
    for (const auto& [name, time] : disk_operations(run)) weights["reread"] += evicted * time;
  }
  return weights;
}

std::vector<Detail> upstream_details(const Run& run, const Evidence& evidence,
                                     const std::map<pid_t, ProcessModel>& models, double share) {
  const double behind_calls = std::min(evidence.run.multiplexed, share);
  std::vector<Detail> details = details_of(peers(run, models), share - behind_calls);
  if (behind_calls > 0) details.push_back({"multiplexed", behind_calls});
  return details;
}

// By address and by what the holder did: two views of the same time, so only one can be shown in
// full.
std::vector<Detail> lock_details(const Run& run, double share) {
  std::vector<Detail> details = details_of(wait_subjects(run, WaitClass::lock), share);
  const std::vector<Detail> holders = details_of(lock_holders(run), share);
  details.insert(details.end(), holders.begin(), holders.end());
  return details;
}

std::vector<Detail> component_details(RequestComponent which, const Run& run,
                                      const Evidence& evidence,
                                      const std::map<pid_t, ProcessModel>& models) {
  const double share = component(evidence, which);
  switch (which) {
    case RequestComponent::run_queue:
      return details_of(run_queue_sides(run), share);
    case RequestComponent::upstream:
      return upstream_details(run, evidence, models, share);
    case RequestComponent::disk:
      return details_of(disk_operations(run), share);
    case RequestComponent::lock:
      return lock_details(run, share);
    case RequestComponent::paging:
      return details_of(paging_sides(run, evidence.setting.evicted_reads), share);
    case RequestComponent::gc_pause:
      if (!(evidence.run.heap_waits > 0)) return {};
      return details_of({{"heap_wait", evidence.run.heap_waits}, {"stopped", evidence.run.stops}},
                        share);
    case RequestComponent::unattributed:
      return details_of(remainder_sides(run), share);
    default:
      return {};
  }
}

// Chance and attribution together: each side moves by both.
Estimate with_attribution(const Estimate& chance, const Estimate& attribution) {
  return {chance.value,
          std::clamp(attribution.low - (chance.value - chance.low), 0.0, chance.value),
          std::clamp(attribution.high + (chance.high - chance.value), chance.value, 1.0)};
}

constexpr std::array<std::string_view, kCpuOwners> kLanguageOwners{
    "application", "interpreter", "jit_compiler", "gc", "allocator", "runtime", "builtin"};

// Part of an owner's samples that its details name.
double named_part(const OwnerCounts& owners, std::size_t owner) {
  double all = 0, named = 0;
  for (const auto& row : owners.by_row) all += row[owner];
  for (const auto& [name, count] : owners.names[owner]) named += count;
  return all > 0 ? named / all : 0;
}

}  // namespace

Names find_names(const Run& run, const std::map<pid_t, ProcessModel>& models,
                 const OwnerCounts& owners, const Threads& threads) {
  Names names;
  names.peer = largest(peers(run, models));
  names.lock = largest(wait_subjects(run, WaitClass::lock));
  names.disk_operation = largest(disk_operations(run));
  names.library = largest(owners.names[static_cast<std::size_t>(CpuOwner::native_library)]);
  names.subsystem = largest(owners.names[static_cast<std::size_t>(CpuOwner::kernel)]);
  Weights language;
  for (const auto& row : owners.by_row) {
    for (std::size_t i = 0; i < kCpuOwners; ++i) {
      if (!kLanguageOwners[i].empty()) language[std::string(kLanguageOwners[i])] += row[i];
    }
  }
  names.language_owner = largest(language);
  const auto busiest = threads.all.find(threads.busiest);
  if (busiest != threads.all.end()) names.busiest_thread = busiest->second.comm;
  for (const auto& [pid, model] : models) {
    if (model.lock.interpreter > 0) names.interpreter = to_string(run.runtime_of(pid));
  }
  return names;
}

std::vector<RequestShare> request_time(const Run& run, const Evidence& evidence,
                                       const std::map<pid_t, ProcessModel>& models) {
  std::vector<RequestShare> rows;
  if (!(evidence.run.whole > 0)) return rows;
  for (std::size_t i = 0; i < kComponents; ++i) {
    const auto which = static_cast<RequestComponent>(i);
    // Known where something tells of stops, or stacks of waits for room in the heap.
    const bool seen = evidence.run.component[i].value > 0;
    if (which == RequestComponent::gc_pause && !seen && !stops_known(run)) continue;
    const Estimate chance =
        evidence.interval([i](const Figures& figures) { return figures.component[i].value; });
    rows.push_back({which, with_attribution(chance, evidence.run.component[i]),
                    component_details(which, run, evidence, models)});
  }
  return rows;
}

std::vector<CpuShare> cpu_time(const Evidence& evidence, const OwnerCounts& owners) {
  std::vector<CpuShare> rows;
  const double unknown = evidence.run.owner[static_cast<std::size_t>(CpuOwner::unknown)];
  for (std::size_t i = 0; i < kCpuOwners; ++i) {
    const double share = evidence.run.owner[i];
    if (!(share > 0)) continue;
    const auto owner = static_cast<CpuOwner>(i);
    const Estimate chance =
        evidence.interval_by([i](const Figures& figures) { return figures.owner[i]; },
                             [](const Figures& figures) { return figures.samples; });
    const double others = owner == CpuOwner::unknown ? 0 : unknown;
    rows.push_back({owner, with_attribution(chance, {share, share, share + others}),
                    details_of(owners.names[i], share * named_part(owners, i))});
  }
  return rows;
}

std::vector<ThreadTime> thread_time(const Threads& threads) {
  double on_cpu = 0, waiting = 0, throttled = 0;
  std::array<double, kWaitClasses> blocked{};
  for (const pid_t tid : threads.working) {
    const ThreadSums& thread = threads.all.at(tid);
    on_cpu += std::max(0.0, thread.on_cpu_ns - thread.freeing_ns);
    blocked[static_cast<std::size_t>(WaitClass::memory)] += thread.freeing_ns;
    waiting += thread.waiting_for_cpu_ns;
    throttled += thread.throttled_ns;
    for (std::size_t i = 0; i < kWaitClasses; ++i) blocked[i] += thread.blocked_ns[i];
  }
  double total = on_cpu + waiting + throttled;
  for (const double wait : blocked) total += wait;
  std::vector<ThreadTime> rows;
  if (!(total > 0)) return rows;
  const auto add = [&](std::string_view state, double time) {
    if (time > 0) rows.push_back({std::string(state), time / total});
  };
  add("cpu", on_cpu);
  add("run_queue", waiting);
  add("throttled", throttled);
  for (std::size_t i = 0; i < kWaitClasses; ++i) {
    add(to_string(static_cast<WaitClass>(i)), blocked[i]);
  }
  std::stable_sort(rows.begin(), rows.end(),
                   [](const ThreadTime& a, const ThreadTime& b) { return a.share > b.share; });
  return rows;
}

Estimate evicted_reads(const Run& run, const Facts& facts) {
  if (facts.refaults_per_s < kRefaultsPerS) return {};
  // At a limit of its own, or where the host as a whole is short of memory and the reads say so.
  const bool at_limit = facts.memory_limit_use.value_or(0) >= kAtMemoryLimit;
  if (!at_limit && facts.reread_share.value_or(0) < kRereadShare) return {};
  const Weights operations = disk_operations(run);
  double total = 0;
  for (const auto& [name, time] : operations) total += time;
  if (!(total > 0)) return {};
  const double reads = operations.at("read") / total;
  // How much is read takes a right that we may lack: it could be all, or next to nothing.
  if (!facts.reread_share) return {0, 0, reads};
  const double part = reads * *facts.reread_share;
  return {part, part, part};
}

}  // namespace boundscope
