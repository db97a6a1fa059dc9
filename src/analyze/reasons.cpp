// Reasons: the numbers a verdict stands on, each with what it was held against.
#include <algorithm>

#include "analyze/decide.h"
#include "analyze/memory.h"
#include "analyze/stalls.h"
#include "analyze/thresholds.h"

namespace boundscope {
namespace {

constexpr double kSmallestArgument = 0.01;

// Collects reasons for one outcome.
class Arguments {
 public:
  explicit Arguments(const Evidence& evidence) : evidence_(evidence) {}

  // A share of request (or thread) time.
  template <class Pick>
  void share(std::string_view code, Pick pick, double threshold = 0,
             const std::string& subject = {}) {
    add(code, as_share(evidence_.interval(pick)), threshold, subject);
  }
  // Of the time in locks.
  template <class Pick>
  void of_locks(std::string_view code, Pick pick) {
    if (!(pick(evidence_.run) >= kSmallestArgument)) return;  // of all time
    const auto locked = [](const Figures& f) {
      return f.component[static_cast<std::size_t>(RequestComponent::lock)].value;
    };
    add(code,
        as_share(evidence_.interval_by(
            [&](const Figures& f) { return locked(f) > 0 ? pick(f) / locked(f) : 0; },
            [&](const Figures& f) { return f.whole * locked(f); })),
        0, {});
  }
  void candidate(std::string_view code, Candidate which, const std::string& subject = {}) {
    const auto i = static_cast<std::size_t>(which);
    share(
        code, [i](const Figures& f) { return f.candidate[i].value; }, kDominantShare, subject);
  }
  // A share of CPU samples.
  void group(std::string_view code, OwnerGroup which, std::string subject) {
    const auto i = static_cast<std::size_t>(which);
    add(code,
        as_share(evidence_.interval_by([i](const Figures& f) { return f.group[i]; },
                                       [](const Figures& f) { return f.samples; })),
        0, std::move(subject));
  }
  // Something of the wall time, the same in every window.
  template <class Pick>
  void level(std::string_view code, Pick pick, double threshold, const std::string& subject = {}) {
    add(code, as_share(over_windows(pick)), threshold, subject);
  }
  // Of the CPUs it may use; more than all of them may be wanted.
  void cpu_use(std::string_view code) {
    add(code, over_windows([](const Figures& f) { return f.machine; }), kMachineFull, {});
  }
  // Of the CPU time.
  void stall_share() {
    add("stall_share", as_share(stalled_cpu_interval(evidence_)), kStalled, {});
  }
  void fact(std::string_view code, double value, double threshold, std::string subject = {}) {
    add(code, {value, value, value}, threshold, std::move(subject));
  }

  void estimate(std::string_view code, const Estimate& value) { add(code, value, 0, {}); }

  std::vector<Reason> take() { return std::move(reasons_); }

 private:
  template <class Pick>
  Estimate over_windows(Pick pick) const {
    return evidence_.interval_by(pick, [](const Figures&) { return 1.0; });
  }
  static Estimate as_share(Estimate share) {
    return {share.value, std::clamp(share.low, 0.0, share.value),
            std::max(share.value, std::min(share.high, 1.0))};
  }
  // What is hardly there is no argument.
  void add(std::string_view code, const Estimate& estimate, double threshold, std::string subject) {
    if (!(estimate.value >= kSmallestArgument)) return;
    reasons_.push_back({std::string(code), estimate.value, std::max(0.0, estimate.low),
                        estimate.high, threshold, std::move(subject)});
  }

  const Evidence& evidence_;
  std::vector<Reason> reasons_;
};

// Where it is worth a word beside another cause, or is the cause.
void stalls(Arguments& arguments, const Evidence& evidence) {
  if (!evidence.run.stalls_known || stalled_cpu_share(evidence.run) < kSomeStalls) return;
  arguments.stall_share();
}

void owner_groups(Arguments& arguments, const Names& names, const Evidence& evidence) {
  struct Group {
    OwnerGroup group;
    std::string_view code;
    std::string subject;
  };
  std::array groups{Group{OwnerGroup::language, "owner_language", names.language_owner},
                    Group{OwnerGroup::native, "owner_native", names.library},
                    Group{OwnerGroup::kernel, "owner_kernel", names.subsystem}};
  std::stable_sort(groups.begin(), groups.end(), [&](const Group& a, const Group& b) {
    return evidence.run.group[static_cast<std::size_t>(a.group)] >
           evidence.run.group[static_cast<std::size_t>(b.group)];
  });
  for (const Group& group : groups) arguments.group(group.code, group.group, group.subject);
}

void machine(Arguments& arguments, const Figures& run) {
  arguments.cpu_use(run.machine >= kMachineFull ? "machine_full" : "machine_not_full");
}

void cpu(Arguments& arguments, const Outcome& outcome, const Evidence& evidence, const Facts& facts,
         const Names& names) {
  const Figures& run = evidence.run;
  arguments.candidate("cpu_share", Candidate::cpu);
  if (outcome.cause == Cause::starved) {
    arguments.share(
        "throttled_share", [](const Figures& f) { return f.throttled; },
        kThrottledPart * (run.cpu + run.run_queue + run.throttled));
    if (run.periods_throttled > 0) {
      arguments.level(
          "throttled_periods", [](const Figures& f) { return f.periods_throttled; },
          kThrottledPeriods);
    }
    arguments.share("run_queue_share", [](const Figures& f) { return f.run_queue; });
    if (facts.steal_share >= kStealShare) {
      arguments.fact("steal_share", facts.steal_share, kStealShare);
    }
    if (facts.neighbour_share >= kNeighbourShare) {
      arguments.fact("host_busy", facts.neighbour_share, kNeighbourShare);
    }
    return;
  }
  if (outcome.cause == Cause::single_thread) {
    if (run.interpreter_lock > 0) {
      arguments.share(
          "interpreter_lock", [](const Figures& f) { return f.interpreter_lock; }, run.cpu,
          names.interpreter);
    }
    if (run.loop >= kLoopSaturated) {
      arguments.level(
          "loop_saturated", [](const Figures& f) { return std::min(1.0, f.loop); }, kLoopSaturated,
          names.busiest_thread);
    }
    machine(arguments, run);
    arguments.share("behind_running_share", [](const Figures& f) { return f.cpu_queue; });
    owner_groups(arguments, names, evidence);
    stalls(arguments, evidence);
    return;
  }
  owner_groups(arguments, names, evidence);
  stalls(arguments, evidence);
  machine(arguments, run);
  arguments.share("run_queue_share", [](const Figures& f) { return f.run_queue; });
  arguments.share("behind_running_share", [](const Figures& f) { return f.cpu_queue; });
}

void io(Arguments& arguments, const Outcome& outcome, const Names& names) {
  if (outcome.cause == Cause::upstream) {
    arguments.candidate("upstream_share", Candidate::upstream, names.peer);
    arguments.share("upstream_multiplexed", [](const Figures& f) { return f.multiplexed; });
  } else if (outcome.cause == Cause::disk) {
    arguments.candidate("disk_share", Candidate::disk, names.disk_operation);
    arguments.of_locks("disk_behind_locks", [](const Figures& f) { return f.disk_locks; });
  } else {
    arguments.candidate("transfer_share", Candidate::transfer);
  }
}

void heap_room(Arguments& arguments, const MemorySummary& memory) {
  const std::optional<double> times = room_for_heap(memory);
  if (!times) return;
  arguments.fact(*times >= kRoomForHeap ? "suggests_heap_room" : "no_heap_room", *times,
                 kRoomForHeap);
}

void gc(Arguments& arguments, const Evidence& evidence, const Facts& facts, const Names& names) {
  arguments.share(
      "gc_share", [](const Figures& f) { return f.gc; },
      kGcPart * evidence.run.candidate[static_cast<std::size_t>(Candidate::cpu)].value);
  arguments.share("gc_pause_share", [](const Figures& f) { return f.stops; });
  arguments.share("heap_wait_share", [](const Figures& f) { return f.heap_waits; });
  arguments.level(
      "gc_cpu_share",
      [](const Figures& f) { return f.owner[static_cast<std::size_t>(CpuOwner::gc)]; }, 0);
  arguments.level(
      "allocator_share",
      [](const Figures& f) { return f.owner[static_cast<std::size_t>(CpuOwner::allocator)]; }, 0);
  if (facts.gc_makes_the_tail) {
    arguments.fact("gc_tail", facts.tail->ratio.value, kWorthwhileGain);
  }
  heap_room(arguments, facts.memory);
  owner_groups(arguments, names, evidence);
}

// What the memory is says what would help (docs/memory.md, "What it suggests").
void what_would_help(Arguments& arguments, const Facts& facts) {
  const MemorySummary& memory = facts.memory;
  const double all = memory.pss_bytes.value_or(memory.rss_bytes.value_or(0));
  const double grown = memory.rss_slope_low.value_or(0) * facts.duration_s;
  const bool grows = grown > 0 && grown >= kGrowth * all;
  if (grows) {
    arguments.estimate("suggests_leak", {*memory.rss_slope_bytes_per_s, *memory.rss_slope_low,
                                         *memory.rss_slope_high});
  }
  if (all > 0 && memory.heap_headroom_bytes.value_or(0) >= kHoldsMuch * all) {
    arguments.fact("suggests_less_heap", *memory.heap_headroom_bytes / all, kHoldsMuch);
  }
  if (all > 0 && memory.heap_bytes && memory.allocator_bytes.value_or(0) >= kHoldsMuch * all) {
    arguments.fact("suggests_allocator", *memory.allocator_bytes / all, kHoldsMuch);
  }
  if (!grows && memory.limit_bytes && facts.memory_limit_use.value_or(0) >= kAtMemoryLimit) {
    arguments.fact("suggests_limit", *memory.limit_bytes, 0);
  }
}

void stall(Arguments& arguments, const Evidence& evidence, const Names& names) {
  stalls(arguments, evidence);
  arguments.candidate("cpu_share", Candidate::cpu);
  owner_groups(arguments, names, evidence);
  machine(arguments, evidence.run);
}

void memory(Arguments& arguments, const Facts& facts) {
  arguments.candidate("paging_share", Candidate::memory);
  arguments.fact("reclaim_share", facts.memory.reclaim_share.value_or(0), 0);
  arguments.fact("at_memory_limit", facts.memory_limit_use.value_or(0), kAtMemoryLimit);
  arguments.fact("limit_hits", facts.memory.limit_hits_per_s.value_or(0), 0);
  arguments.fact("refaults", facts.refaults_per_s, kRefaultsPerS);
  arguments.fact("memory_pressure", facts.memory_pressure, 0);
  what_would_help(arguments, facts);
}

void contention(Arguments& arguments, const Outcome& outcome, const Facts& facts,
                const Names& names) {
  if (outcome.cause == Cause::lock) {
    arguments.candidate("lock_share", Candidate::lock, names.lock);
    return;
  }
  const auto upstream = static_cast<std::size_t>(Candidate::upstream);
  const auto disk = static_cast<std::size_t>(Candidate::disk);
  arguments.candidate("queue_share", Candidate::pool);
  arguments.of_locks("upstream_behind_locks", [](const Figures& f) { return f.upstream_locks; });
  arguments.share(
      "workers_wait_upstream", [=](const Figures& f) { return f.candidate[upstream].value; }, 0,
      names.peer);
  arguments.share("workers_wait_disk", [=](const Figures& f) { return f.candidate[disk].value; });
  arguments.fact("mean_in_flight", facts.mean_in_flight, 0);
}

}  // namespace

std::vector<Reason> reasons_for(const Outcome& outcome, const Evidence& evidence,
                                const Facts& facts, const Names& names) {
  Arguments arguments(evidence);
  switch (outcome.bound) {
    case Bound::cpu:
      cpu(arguments, outcome, evidence, facts, names);
      break;
    case Bound::memory:
      if (outcome.cause == Cause::gc) {
        gc(arguments, evidence, facts, names);
      } else if (outcome.cause == Cause::stall) {
        stall(arguments, evidence, names);
      } else {
        memory(arguments, facts);
      }
      break;
    case Bound::io:
      io(arguments, outcome, names);
      break;
    case Bound::contention:
      contention(arguments, outcome, facts, names);
      break;
    case Bound::idle:
    case Bound::inconclusive:
      break;
  }
  return arguments.take();
}

}  // namespace boundscope
