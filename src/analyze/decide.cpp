#include "analyze/decide.h"

#include <algorithm>
#include <map>

#include "analyze/random.h"
#include "analyze/thresholds.h"

namespace boundscope {
namespace {

constexpr std::size_t kNobody = kCandidates;

std::size_t at(Candidate candidate) { return static_cast<std::size_t>(candidate); }

// Time whose place is ambiguous belongs to a rival with a probability that falls towards the bound:
// the attribution's priorities have their reasons. Product of two uniforms: a quarter in the mean.
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

// The largest, if it is large enough and not less than what nobody accounts for.
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

bool is_starved(const Figures& figures, const Facts& facts) {
  const double wanted = figures.cpu + figures.run_queue + figures.throttled;
  if (facts.cpu_quota && figures.periods_throttled >= kThrottledPeriods) return true;
  if (wanted > 0 && figures.throttled >= kThrottledPart * wanted) return true;
  const bool waits = figures.run_queue >= kWaitsMoreThanRuns * (figures.cpu + figures.run_queue);
  const bool others = facts.neighbour_share >= kNeighbourShare || facts.steal_share >= kStealShare;
  return waits && others && figures.machine < kMachineFull;
}

bool is_single_thread(const Figures& figures) {
  if (figures.machine >= kMachineFull) return false;
  // Threads of an interpreter that mostly wait for each other are one thread.
  if (figures.interpreter_lock > 0 && figures.interpreter_lock >= figures.cpu) return true;
  return figures.loop >= kLoopSaturated && figures.cpu_queue >= kBehindLoop;
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
  if (is_single_thread(figures)) return {Bound::cpu, Cause::single_thread};
  if (figures.samples < kMinSamplesForOwner) return {Bound::cpu, Cause::none};
  return {Bound::cpu, owner_cause(figures, random)};
}

// How the draws voted.
struct Ballot {
  std::array<double, kCandidates + 1> winners{};        // with ambiguous time moved
  std::array<double, kCandidates + 1> winners_fixed{};  // without
  std::map<Outcome, double> outcomes;
  double over_runner_up = 1;

  std::size_t leader() const {
    return static_cast<std::size_t>(std::max_element(winners.begin(), winners.end()) -
                                    winners.begin());
  }
};

// The next largest after the leader on the whole run.
std::size_t runner_up(const Figures& run, std::size_t leader) {
  std::size_t best = kNobody;
  for (std::size_t i = 0; i < kCandidates; ++i) {
    if (i == leader) continue;
    if (best == kNobody || run.candidate[i].value > run.candidate[best].value) best = i;
  }
  return best;
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
    ballot.outcomes[outcome_of(winner, draw, facts, random)] += each;
    moved.emplace_back();
    for (std::size_t i = 0; i < kCandidates; ++i) moved.back()[i] = candidates[i].value;
  }
  const std::size_t leader = ballot.leader();
  if (leader == kNobody) return ballot;
  const std::size_t second = runner_up(evidence.run, leader);
  ballot.over_runner_up = 0;
  for (const auto& values : moved)
    ballot.over_runner_up += values[leader] > values[second] ? each : 0;
  return ballot;
}

// The most frequent outcome under the bound the leader stands for.
std::pair<Outcome, double> best_outcome(const Ballot& ballot, std::size_t leader,
                                        const Evidence& evidence, const Facts& facts) {
  Random unused(0);
  const Bound bound = outcome_of(leader, evidence.run, facts, unused).bound;
  std::pair<Outcome, double> best{};
  for (const auto& [outcome, probability] : ballot.outcomes) {
    const bool same_leader =
        outcome.bound == bound &&
        (bound == Bound::cpu || bound == Bound::memory ||
         outcome.cause == outcome_of(leader, evidence.run, facts, unused).cause);
    if (same_leader && probability > best.second) best = {outcome, probability};
  }
  return best;
}

Verdict inconclusive(Reason reason) {
  Verdict verdict;
  verdict.reasons.push_back(std::move(reason));
  return verdict;
}

Reason reason(std::string_view code, double value, double threshold = 0, std::string subject = {}) {
  return {std::string(code), value, value, value, threshold, std::move(subject)};
}

// Nothing to do: hardly any request, call or CPU time, and nothing else that working threads wait
// for.
bool is_idle(const Evidence& evidence, const Facts& facts) {
  const double exchanges = facts.finished + facts.excluded + facts.calls;
  if (exchanges >= kIdleExchanges || facts.cores >= kIdleCores) return false;
  if (facts.idle_share < kIdleShare) return false;
  return facts.view == View::requests ||
         evidence.run.whole < (1 - kIdleShare) * facts.observed_s * 1e9;
}

Verdict idle(const Evidence& evidence, const Facts& facts) {
  const Estimate cores = evidence.interval_by([](const Figures& figures) { return figures.cores; },
                                              [](const Figures&) { return 1.0; });
  // Clearly so, or only in the mean.
  const bool clear = cores.high < kIdleCores && facts.idle_share >= (1 + kIdleShare) / 2;
  Verdict verdict;
  verdict.bound = Bound::idle;
  verdict.confidence = clear ? kMaxConfidence : (kMinProbability + kMaxConfidence) / 2;
  verdict.reasons.push_back(reason("idle_share", facts.idle_share, kIdleShare));
  verdict.reasons.push_back(reason("few_requests", facts.finished, kIdleExchanges));
  verdict.reasons.push_back(
      {"little_cpu", cores.value, cores.low, cores.high, kIdleCores, std::string()});
  return verdict;
}

// What rules out any statement, whatever the shares say.
std::optional<Verdict> gate(const Evidence& evidence, const Facts& facts) {
  if (!(facts.observed_s > 0)) return inconclusive(reason("nothing_measured", facts.observed_s));
  if (facts.observed_rows < static_cast<double>(kMinRows)) {
    return inconclusive(reason("few_windows", facts.observed_rows, static_cast<double>(kMinRows)));
  }
  if (facts.loss_share > kMaxLossShare) {
    return inconclusive(reason("records_lost", facts.loss_share, kMaxLossShare));
  }
  if (is_idle(evidence, facts)) return idle(evidence, facts);
  if (facts.view == View::requests) {
    if (facts.finished < kMinRequests) {
      return inconclusive(reason("too_few_requests", facts.finished, kMinRequests));
    }
    if (facts.little_mismatch.value_or(0) > kMaxLittleMismatch) {
      return inconclusive(reason("little_mismatch", *facts.little_mismatch, kMaxLittleMismatch));
    }
  }
  return std::nullopt;
}

// Threads speak about CPU and capacity. What a service's threads wait for says nothing about its
// requests, so that without those only saturation counts.
std::optional<Verdict> thread_gate(const Outcome& outcome, double probability,
                                   const Evidence& evidence, const Facts& facts) {
  const bool saturated = evidence.run.machine >= kMachineFull ||
                         evidence.run.loop >= kLoopSaturated || outcome.cause == Cause::starved;
  const bool says_something =
      outcome.bound == Bound::cpu || outcome.bound == Bound::memory || outcome.cause == Cause::disk;
  Verdict verdict;
  if (facts.service && !(outcome.bound == Bound::cpu && saturated)) {
    verdict = facts.coverage.value_or(1) < kMinCoverage
                  ? inconclusive(reason("coverage", *facts.coverage, kMinCoverage))
                  : inconclusive(reason("too_few_requests", facts.finished, kMinRequests));
  } else if (!says_something) {
    verdict = inconclusive(reason("too_few_requests", facts.finished, kMinRequests));
  } else if (evidence.run.whole < kDominantShare * facts.observed_s * 1e9) {
    verdict = inconclusive(
        reason("no_dominant", evidence.run.whole / facts.observed_s / 1e9, kDominantShare));
  } else {
    return std::nullopt;
  }
  if (outcome.bound != Bound::inconclusive) {
    verdict.reasons.push_back(reason("closest", probability, kMinProbability, name_of(outcome)));
  }
  return verdict;
}

// Nobody wins often enough: say what stands in the way, and who is closest.
Verdict no_winner(const Ballot& ballot, std::size_t leader, const Outcome& outcome,
                  const Evidence& evidence, const Facts& facts) {
  const auto& candidates = evidence.run.candidate;
  const double unattributed = candidates[at(Candidate::unattributed)].value;
  double largest = 0;
  for (std::size_t i = 0; i + 1 < kCandidates; ++i)
    largest = std::max(largest, candidates[i].value);
  // Would have won, had nothing been ambiguous.
  const std::size_t fixed = winner_of(candidates);

  Verdict verdict;
  if (facts.view == View::requests && unattributed >= largest) {
    verdict = inconclusive(reason("unattributed", unattributed));
  } else if (fixed != kNobody && ballot.winners_fixed[fixed] >= kMinProbability &&
             ballot.winners[fixed] < kMinProbability) {
    Random unused(0);
    const std::size_t rival =
        leader == fixed || leader == kNobody ? runner_up(evidence.run, fixed) : leader;
    const Outcome other = outcome_of(rival, evidence.run, facts, unused);
    verdict = inconclusive(reason("attribution", ballot.winners[fixed], kMinProbability,
                                  other.bound == Bound::inconclusive ? "" : name_of(other)));
  } else if (facts.view == View::requests && facts.finished < kFullRequests &&
             largest >= kDominantShare) {
    verdict = inconclusive(reason("too_few_requests", facts.finished, kFullRequests));
  } else {
    verdict = inconclusive(reason("no_dominant", largest, kDominantShare));
  }
  if (leader != kNobody) {
    verdict.reasons.push_back(
        reason("closest", ballot.winners[leader], kMinProbability, name_of(outcome)));
  }
  return verdict;
}

// All batches that have anything to say agree with the whole run.
bool batches_agree(const Evidence& evidence, std::size_t leader) {
  return std::all_of(evidence.batches.begin(), evidence.batches.end(), [&](const Figures& batch) {
    return !(batch.whole > 0) || winner_of(batch.candidate) == leader;
  });
}

double believe(double probability, const Outcome& outcome, const Evidence& evidence,
               const Facts& facts) {
  double confidence = std::min(probability, kMaxConfidence);
  if (facts.view == View::requests && facts.finished < kFullRequests) {
    confidence *= kFewRequestsFactor;
  }
  confidence *= 1 - facts.loss_share;
  const double unknown = evidence.run.group[static_cast<std::size_t>(OwnerGroup::unknown)];
  const bool by_owner = outcome.cause == Cause::language || outcome.cause == Cause::native ||
                        outcome.cause == Cause::kernel;
  if (by_owner && unknown > kMaxUnknownSamples) {
    confidence = std::min(confidence, kUnknownSamplesCap);
  }
  return confidence;
}

}  // namespace

std::string name_of(const Outcome& outcome) {
  std::string name(to_string(outcome.bound));
  if (outcome.cause != Cause::none) name.append(": ").append(to_string(outcome.cause));
  return name;
}

Verdict decide(const Evidence& evidence, const Facts& facts, const Names& names,
               std::uint64_t seed) {
  if (std::optional<Verdict> verdict = gate(evidence, facts)) return *std::move(verdict);

  const Ballot ballot = vote(evidence, facts, seed);
  const std::size_t leader = ballot.leader();
  const auto [outcome, probability] = best_outcome(ballot, leader, evidence, facts);
  if (facts.view == View::threads) {
    if (auto verdict = thread_gate(outcome, probability, evidence, facts))
      return *std::move(verdict);
  }
  const bool few = facts.view == View::requests && facts.finished < kFullRequests;
  const double needed = few ? kFewRequestsProbability : kMinProbability;
  if (leader == kNobody || ballot.winners[leader] < needed ||
      ballot.over_runner_up < kMinOverRunnerUp) {
    return no_winner(ballot, leader, outcome, evidence, facts);
  }
  if (evidence.effective_windows < kMinEffectiveWindows && !batches_agree(evidence, leader)) {
    Verdict verdict =
        inconclusive(reason("non_stationary", evidence.effective_windows, kMinEffectiveWindows));
    verdict.reasons.push_back(reason("closest", probability, kMinProbability, name_of(outcome)));
    return verdict;
  }
  if (outcome.cause == Cause::none) {
    Verdict verdict =
        inconclusive(reason("few_samples", evidence.run.samples, kMinSamplesForOwner));
    verdict.reasons.push_back(reason("closest", probability, kMinProbability, name_of(outcome)));
    return verdict;
  }
  Verdict verdict;
  verdict.bound = outcome.bound;
  verdict.cause = outcome.cause;
  verdict.confidence = believe(probability, outcome, evidence, facts);
  verdict.reasons = reasons_for(outcome, evidence, facts, names);
  return verdict;
}

}  // namespace boundscope
