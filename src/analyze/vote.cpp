#include "analyze/vote.h"

#include <algorithm>
#include <cmath>

#include "analyze/random.h"
#include "analyze/stalls.h"
#include "analyze/thresholds.h"

namespace boundscope {
namespace {

std::size_t at(Candidate candidate) { return static_cast<std::size_t>(candidate); }

// What the model of stalls may be wrong by, a uniform error of that deviation; and what it cannot
// tell from hits: like other ambiguous time, the bounds are less likely than the middle.
Figures with_stall_error(Figures figures, Random& random) {
  const double error = kStallModelError * std::sqrt(3.0) * (2 * random.uniform() - 1);
  const double unclear = figures.unclear_stalls * random.uniform() * (2 * random.uniform() - 1);
  figures.stalled = std::clamp(figures.stalled + error + unclear, 0.0, 1.0);
  return figures;
}

bool is_starved(const Figures& figures, const Facts& facts) {
  const double wanted = figures.cpu + figures.run_queue + figures.throttled;
  if (facts.cpu_quota && figures.periods_throttled >= kThrottledPeriods) return true;
  if (wanted > 0 && figures.throttled >= kThrottledPart * wanted) return true;
  // Threads that take turns wait for each other, as long as together they get their CPU.
  if (figures.one_lane && figures.cores >= kLoopSaturated) return false;
  // Waking up takes its time on an idle CPU, too.
  const bool late =
      facts.view == View::threads || figures.run_queue * facts.mean_latency_ns > kWakeNs;
  const bool waits =
      late && figures.run_queue >= kWaitsMoreThanRuns * (figures.cpu + figures.run_queue);
  const bool others = facts.neighbour_share >= kNeighbourShare || facts.steal_share >= kStealShare;
  return waits && others && figures.machine < kMachineFull;
}

bool is_single_thread(const Figures& figures) {
  if (figures.machine >= kMachineFull) return false;
  // Threads of an interpreter that mostly wait for each other are one thread.
  if (figures.interpreter_lock > 0 && figures.interpreter_lock >= figures.cpu) return true;
  return figures.loop >= kLoopSaturated && figures.behind_loop >= kBehindLoop;
}

// Samples of unknown owner go to one of the groups at random.
Cause owner_cause(const Figures& figures, Random& random) {
  std::array<double, kOwnerGroups> group = figures.group;
  const double unknown = group[static_cast<std::size_t>(OwnerGroup::unknown)];
  group[random.below(kOwnerGroups - 1)] += unknown;
  group[static_cast<std::size_t>(OwnerGroup::unknown)] = 0;
  const auto largest = std::max_element(group.begin(), group.end()) - group.begin();
  switch (static_cast<OwnerGroup>(largest)) {
    case OwnerGroup::native:
      return Cause::native;
    case OwnerGroup::kernel:
      return Cause::kernel;
    default:
      return Cause::language;
  }
}

Outcome outcome_of(std::size_t winner, const Figures& figures, const Facts& facts, Random& random) {
  if (winner == kNobody) return {};
  switch (static_cast<Candidate>(winner)) {
    case Candidate::memory:
      return {Bound::memory, Cause::capacity};
    case Candidate::upstream:
      return {Bound::io, Cause::upstream};
    case Candidate::disk:
      return {Bound::io, Cause::disk};
    case Candidate::transfer:
      return {Bound::io, Cause::transfer};
    case Candidate::lock:
      return {Bound::contention, Cause::lock};
    case Candidate::pool:
      return {Bound::contention, Cause::pool};
    case Candidate::unattributed:
      return {};
    case Candidate::cpu:
      break;
  }
  if (is_starved(figures, facts)) return {Bound::cpu, Cause::starved};
  const double computing = figures.candidate[at(Candidate::cpu)].value;
  if (figures.gc > kGcPart * computing) return {Bound::memory, Cause::gc};
  const double share = stalled_cpu_share(figures);
  const double stalled = share > figures.stalls_decide ? share : 0;
  if (stalled > kMostlyStalled) return {Bound::memory, Cause::stall};
  if (is_single_thread(figures)) return {Bound::cpu, Cause::single_thread};
  if (facts.gc_makes_the_tail && figures.gc >= kGcPartForTail * computing) {
    return {Bound::memory, Cause::gc};
  }
  const double kernel = figures.group[static_cast<std::size_t>(OwnerGroup::kernel)];
  if (stalled > kStalled && stalled > kernel) return {Bound::memory, Cause::stall};
  if (figures.samples < kMinSamplesForOwner) return {Bound::cpu, Cause::none};
  return {Bound::cpu, owner_cause(figures, random)};
}

bool is_computing(const Outcome& outcome) {
  return outcome.bound == Bound::cpu || outcome.cause == Cause::gc || outcome.cause == Cause::stall;
}

}  // namespace

void move_ambiguous_time(std::array<Estimate, kCandidates>& candidates, Random& random) {
  std::array<double, kCandidates> gain{};
  double wanted = 0;
  double room = 0;
  for (std::size_t i = 0; i < kCandidates; ++i) {
    gain[i] = random.uniform() * random.uniform() * (candidates[i].high - candidates[i].value);
    wanted += gain[i];
    room += candidates[i].value - candidates[i].low;
  }
  if (!(wanted > 0) || !(room > 0)) return;
  const double moved = std::min(wanted, room);
  for (Estimate& candidate : candidates) {
    candidate.value -= moved * (candidate.value - candidate.low) / room;
  }
  for (std::size_t i = 0; i < kCandidates; ++i) candidates[i].value += moved * gain[i] / wanted;
}

std::size_t winner_of(const std::array<Estimate, kCandidates>& candidates) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < kCandidates; ++i) {
    if (candidates[i].value > candidates[best].value) best = i;
  }
  if (best == at(Candidate::unattributed) || candidates[best].value < kDominantShare) {
    return kNobody;
  }
  return best;
}

std::size_t Ballot::leader() const {
  return static_cast<std::size_t>(std::max_element(winners.begin(), winners.end()) -
                                  winners.begin());
}

Ballot vote(const Evidence& evidence, const Facts& facts, std::uint64_t seed) {
  Ballot ballot;
  Random random(seed ^ 0x766f7465ULL);  // other numbers than the bootstrap's
  std::vector<std::array<double, kCandidates>> moved;
  const double each = 1.0 / static_cast<double>(evidence.draws.size());
  for (const Figures& draw : evidence.draws) {
    ballot.winners_fixed[winner_of(draw.candidate)] += each;
    auto candidates = draw.candidate;
    move_ambiguous_time(candidates, random);
    const std::size_t winner = winner_of(candidates);
    ballot.winners[winner] += each;
    ballot.outcomes[outcome_of(winner, with_stall_error(draw, random), facts, random)] += each;
    moved.emplace_back();
    for (std::size_t i = 0; i < kCandidates; ++i) moved.back()[i] = candidates[i].value;
  }
  const std::size_t leader = ballot.leader();
  if (leader == kNobody) return ballot;
  // Each of the others: what is nothing over the run may be all of it by its bounds.
  ballot.over_runner_up = 1;
  for (std::size_t i = 0; i < kCandidates; ++i) {
    if (i == leader) continue;
    double over = 0;
    for (const auto& values : moved) over += values[leader] > values[i] ? each : 0;
    if (over >= ballot.over_runner_up) continue;
    ballot.over_runner_up = over;
    ballot.rival = i;
  }
  return ballot;
}

std::pair<Outcome, double> best_outcome(const Ballot& ballot, std::size_t leader,
                                        const Evidence& evidence, const Facts& facts) {
  const Outcome expected = outcome_of(leader, evidence.run, facts);
  std::pair<Outcome, double> best{};
  for (const auto& [outcome, probability] : ballot.outcomes) {
    // The causes of cpu and that of collections share a candidate; those of io and contention do
    // not.
    const bool same_leader = (is_computing(outcome) && is_computing(expected)) ||
                             (outcome.bound == expected.bound && outcome.cause == expected.cause);
    // What samples say of stalls is believed only where hardly a draw says otherwise.
    const bool doubtful = outcome.cause == Cause::stall && !evidence.run.stalls_counted &&
                          probability < kMinProbability;
    if (same_leader && !doubtful && probability > best.second) best = {outcome, probability};
  }
  return best;
}

Outcome outcome_of(std::size_t winner, const Figures& figures, const Facts& facts) {
  Random fixed(0);
  return outcome_of(winner, figures, facts, fixed);
}

std::string name_of(const Outcome& outcome) {
  std::string name(to_string(outcome.bound));
  if (outcome.cause != Cause::none) name.append(": ").append(to_string(outcome.cause));
  return name;
}

}  // namespace boundscope
