#include "analyze/rewrite/alternatives.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "analyze/memory.h"
#include "analyze/rewrite/alternative_table.h"
#include "analyze/rewrite/answer.h"
#include "analyze/rewrite/language.h"
#include "analyze/rewrite/signs.h"

namespace boundscope {
namespace {

constexpr double kHitRates[] = {0.5, 0.8, 0.95};
constexpr double kSeveralCalls = 1.5;      // a request: worth batching
constexpr double kConnectingShare = 0.05;  // of the CPU time [E]
constexpr double kAllocatorShare = 0.1;    // of the CPU time [E]
constexpr double kHotShare = 0.25;         // of the CPU time: one function [E]
constexpr double kCodeShare = 0.3;         // of the CPU time: worth a compiler's attention [E]

double between(double low, double high, double part) { return low + (high - low) * part; }

// Upstream calls of one peer are left in the part `left`.
Change calls_left(const Peer& peer, double left) {
  Change change;
  change.upstream = 1 - peer.share * (1 - left);
  return change;
}

void add_upstream(AlternativeTable& table, const Subject& subject) {
  const bool behind_workers =
      subject.candidate(Candidate::pool) >= kWorthAnAction && !subject.names.peer.empty();
  if (subject.candidate(Candidate::upstream) < kWorthAnAction && !behind_workers) return;
  for (const Peer& peer : material_peers(subject)) {
    for (const double hits : kHitRates) {
      // A hit is a call to nearby memory: up to a twentieth of what was saved. Slow requests are
      // those that miss, so nothing is said about the tail.
      table.add({"cache_upstream", peer.name, hits}, {Goal::latency},
                [peer, hits](const World&, const Standard& standard) {
                  return calls_left(peer, 1 - hits * (1 - 0.05 * standard.idiom));
                });
    }
    table.add({"speed_up_upstream", peer.name, {}}, {Goal::latency, Goal::tail},
              [peer](const World&, const Standard&) { return calls_left(peer, 0.5); });
    if (peer.calls_per_request < kSeveralCalls) continue;
    // All of the calls were one after the other, or some at the same time.
    const double calls = peer.calls_per_request;
    table.add({"batch_calls", peer.name, calls}, {Goal::latency, Goal::tail},
              [peer, calls](const World&, const Standard& standard) {
                return calls_left(peer, std::pow(calls, -between(0.2, 1, standard.shared)));
              });
  }
}

void add_cpu_limits(AlternativeTable& table, const Subject& subject) {
  const Figures& run = subject.evidence.run;
  const bool throttled = subject.facts.cpu_quota &&
                         (run.throttled >= 0.05 || run.periods_throttled >= kThrottledPeriods);
  if (throttled) {
    table.add({"raise_quota", {}, {}}, {Goal::latency, Goal::tail},
              [](const World& world, const Standard&) {
                Change change;
                change.throttled = 0;
                // Whoever waits behind a throttled thread waits for as long; and with a CPU that is
                // held for a shorter time, fewer wait.
                const double held = world.run + world.throttled;
                change.queue = held > 0 ? std::pow(world.run / held, 2) : 1;
                return change;
              });
    const double threads = go_max_procs(subject);
    if (threads > std::ceil(subject.facts.cpu_limit)) {
      table.add({"limit_threads", "GOMAXPROCS", std::ceil(subject.facts.cpu_limit)},
                {Goal::latency, Goal::tail}, [](const World&, const Standard& standard) {
                  Change change;
                  change.throttled = between(0.2, 0.9, standard.shared);
                  return change;
                });
    }
  }
  const bool loop = subject.verdict.cause == Cause::single_thread ||
                    (subject.source.one_at_a_time && run.loop >= kLoopSaturated);
  if (loop && subject.fixed.servers > 1) {
    table.add({"more_processes", subject.names.busiest_thread, {}}, {Goal::latency, Goal::tail},
              [](const World&, const Standard&) {
                Change change;
                change.all_cpus = true;
                return change;
              });
  }
}

void add_waits(AlternativeTable& table, const Subject& subject) {
  const std::initializer_list<Goal> time = {Goal::latency, Goal::tail};
  const auto material = [&](Candidate which) { return subject.candidate(which) >= kWorthAnAction; };
  if (material(Candidate::pool)) {
    table.add({"more_workers", {}, {}}, time, [](const World&, const Standard&) {
      Change change;
      change.pool = 0;
      return change;
    });
  }
  if (material(Candidate::disk)) {
    table.add({"faster_disk", subject.names.disk_operation, {}}, time,
              [](const World&, const Standard&) {
                Change change;
                change.disk = 0.5;
                return change;
              });
    if (subject.names.disk_operation == "sync") {
      table.add({"fewer_syncs", {}, {}}, time, [](const World&, const Standard& standard) {
        Change change;
        change.disk = between(0.1, 0.6, standard.shared);
        return change;
      });
    }
  }
  if (material(Candidate::memory)) {
    table.add({"more_memory", {}, {}}, time, [](const World&, const Standard&) {
      Change change;
      change.paging = 0;
      return change;
    });
  }
  if (material(Candidate::lock)) {
    table.add({"fix_lock", subject.names.lock, {}}, time, [](const World&, const Standard&) {
      Change change;
      change.lock = 0.5;
      return change;
    });
  }
}

// Whether twice the heap still fits under the limit.
bool heap_may_grow(const Subject& subject) {
  const auto& memory = subject.memory;
  if (!memory.limit_bytes) return true;
  if (const auto times = room_for_heap(memory)) return *times >= kRoomForHeap;
  // A heap that is not known is at most all that is resident.
  return memory.rss_bytes && kRoomForHeap * *memory.rss_bytes <= *memory.limit_bytes;
}

void add_collector(AlternativeTable& table, const Subject& subject) {
  const Figures& run = subject.evidence.run;
  const double collector = subject.owner(CpuOwner::gc);
  const double both = collector + subject.owner(CpuOwner::allocator);
  const double collecting = both > 0 ? collector / both : 0;
  const bool costs = run.gc >= 0.1 || collector >= 0.1 || subject.facts.gc_makes_the_tail;
  if (costs && !subject.names.heap_knob.empty() && heap_may_grow(subject)) {
    // Twice the room, half as many collections. The allocator does as much as before.
    table.add({"more_heap_room", subject.names.heap_knob, 2},
              {Goal::latency, Goal::tail, Goal::capacity},
              [collecting](const World& world, const Standard& standard) {
                const double left = between(0.4, 0.65, standard.shared);
                Change change;
                change.cpu = 1 - world.part(Work::gc) * collecting * (1 - left);
                change.stopped = left;
                return change;
              });
  }
  const bool stops = subject.facts.gc_makes_the_tail || run.stopped >= 0.1;
  if (stops && subject.source.runtime == Runtime::jvm && subject.source.collector != "z" &&
      subject.source.collector != "shenandoah") {
    // Concurrent collectors take more CPU time (Cai et al. 2022).
    table.add({"other_collector", subject.source.collector, {}}, {Goal::latency, Goal::tail},
              [](const World&, const Standard& standard) {
                Change change;
                change.stopped = between(0.01, 0.1, standard.shared);
                change.cpu = between(1.02, 1.25, standard.idiom);
                return change;
              });
  }
}

void add_code(AlternativeTable& table, const Subject& subject) {
  const Source& source = subject.source;
  const std::initializer_list<Goal> all = {Goal::latency, Goal::tail, Goal::capacity};
  const double code = subject.owner(CpuOwner::application) + subject.owner(CpuOwner::interpreter);
  const double allocator = subject.owner(CpuOwner::allocator);
  const bool brings_own = source.runtime == Runtime::go || source.runtime == Runtime::jvm ||
                          source.runtime == Runtime::dotnet || source.runtime == Runtime::beam;
  if (allocator >= kAllocatorShare && !brings_own && source.runtime != Runtime::unknown) {
    table.add({"other_allocator", {}, {}}, all,
              [allocator](const World&, const Standard& standard) {
                Change change;
                change.cpu = 1 - allocator * between(0.05, 0.6, standard.shared);
                return change;
              });
  }
  if (code >= kCodeShare && source.language == "go") {
    // Published gains of profile-guided builds: 2 to 14 % of the CPU time.
    table.add({"jit_flag", "pgo", {}}, all, [](const World&, const Standard& standard) {
      Change change;
      change.cpu = 1 - between(0.02, 0.14, standard.shared);
      return change;
    });
  }
  const std::string compiler = source.language == "python"                         ? "pypy"
                               : source.language == "ruby" && source.jit == "none" ? "yjit"
                                                                                   : "";
  const Prior* jit = subject.priors.find(PriorKind::jit, source.language, compiler);
  if (!compiler.empty() && jit != nullptr && code >= kCodeShare &&
      subject.owner(CpuOwner::native_library) < kWorthAnAction) {
    const SplitLogNormal faster(jit->quantiles);
    table.add(
        {"jit_flag", compiler, {}}, all, [faster](const World& world, const Standard& standard) {
          const double left = 1 / faster.at(standard.z[static_cast<std::size_t>(PriorKind::jit)]);
          const double moved = world.part(Work::code) + world.part(Work::runtime);
          Change change;
          change.cpu = 1 - moved * (1 - left);
          return change;
        });
  }
  const auto native = Language::find(subject.priors, source, subject.fixed, "rust");
  if (!native || source.compiled || code < kHotShare) return;
  const HotFunction hot = hottest_function(subject);
  if (hot.share < kHotShare) return;
  table.add({"native_hot_part", hot.name, hot.share}, all,
            [language = *native, hot](const World&, const Standard& standard) {
              Change change;
              const double left = 1 / language.factor(PriorKind::code, standard);
              change.cpu = 1 - hot.share * (1 - left);
              return change;
            });
}

void add_connecting(AlternativeTable& table, const Subject& subject) {
  const double share = connecting_share(subject);
  if (share < kConnectingShare) return;
  table.add({"reuse_connections", {}, share}, {Goal::latency, Goal::tail, Goal::capacity},
            [share](const World&, const Standard& standard) {
              Change change;
              change.cpu = 1 - share * between(0.6, 1, standard.shared);
              return change;
            });
}

// The best language for each goal, as a row among the others.
void add_rewrite(AlternativeTable& table, const Rewrite& rewrite) {
  constexpr std::pair<Goal, const Gain LanguageGains::*> kGoals[] = {
      {Goal::latency, &LanguageGains::latency},
      {Goal::tail, &LanguageGains::tail},
      {Goal::capacity, &LanguageGains::capacity},
      {Goal::memory, &LanguageGains::memory}};
  for (const auto& [goal, member] : kGoals) {
    const LanguageGains* best = nullptr;
    for (const LanguageGains& to : rewrite.to) {
      const auto& gain = (to.*member).gain;
      if (gain && (best == nullptr || gain->value > (best->*member).gain->value)) best = &to;
    }
    if (best != nullptr) {
      table.put({"rewrite", best->language, goal, *(best->*member).gain, std::nullopt});
    }
  }
}

bool nothing_needed(const Subject& subject) {
  if (subject.verdict.bound == Bound::idle) return true;
  if (subject.verdict.bound == Bound::inconclusive) return false;
  return !capacity_matters(subject) && !memory_matters(subject) && is_fast(subject);
}

}  // namespace

std::vector<Alternative> alternatives_of(const Subject& subject, const Rewrite& rewrite) {
  AlternativeTable table(subject);
  const bool answered =
      subject.verdict.bound != Bound::idle && subject.evidence.run.whole > 0 &&
      (subject.verdict.bound != Bound::inconclusive || rewrite.answer != Answer::inconclusive);
  if (answered && subject.has_requests()) {
    add_upstream(table, subject);
    add_cpu_limits(table, subject);
    add_waits(table, subject);
  }
  if (answered && subject.evidence.run.samples >= kMinSamplesForOwner) {
    add_collector(table, subject);
    add_code(table, subject);
    add_connecting(table, subject);
  }
  if (answered && !subject.facts.service && capacity_matters(subject)) {
    // Of the bill, not of the CPU time: what clouds take for capacity that may go away.
    table.put({"spare_capacity", {}, Goal::capacity, {2.5, 1.5, 4}, std::nullopt});
  }
  if (answered) add_rewrite(table, rewrite);
  std::vector<Alternative> rows = table.ranked();
  if (nothing_needed(subject)) {
    rows.insert(rows.begin(), Alternative{"no_action", {}, Goal::latency, {1, 1, 1}, std::nullopt});
  }
  return rows;
}

}  // namespace boundscope
