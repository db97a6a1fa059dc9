#include "analyze/decide.h"

#include <algorithm>

#include "analyze/thresholds.h"
#include "analyze/vote.h"

namespace boundscope {
namespace {

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
      {"little_cpu", cores.value, std::max(0.0, cores.low), cores.high, kIdleCores, std::string()});
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

Verdict no_requests_to_judge_by(const Facts& facts) {
  return facts.finished < kMinRequests
             ? inconclusive(reason("too_few_requests", facts.finished, kMinRequests))
             : inconclusive(reason("beside_requests", facts.finished));
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
  const bool computing =
      outcome.bound == Bound::cpu || outcome.cause == Cause::gc || outcome.cause == Cause::stall;
  if (facts.service && !(computing && saturated)) {
    verdict = facts.coverage.value_or(1) < kMinCoverage
                  ? inconclusive(reason("coverage", *facts.coverage, kMinCoverage))
                  : no_requests_to_judge_by(facts);
  } else if (!says_something) {
    verdict = no_requests_to_judge_by(facts);
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

std::size_t next_largest(const std::array<Estimate, kCandidates>& candidates, std::size_t after) {
  std::size_t best = kNobody;
  for (std::size_t i = 0; i < kCandidates; ++i) {
    if (i == after) continue;
    if (best == kNobody || candidates[i].value > candidates[best].value) best = i;
  }
  return best;
}

// Nobody wins often enough: say what stands in the way, and who is closest.
Verdict no_winner(const Ballot& ballot, std::size_t leader, const Outcome& outcome,
                  const Evidence& evidence, const Facts& facts) {
  const auto& candidates = evidence.run.candidate;
  const double unattributed = candidates[static_cast<std::size_t>(Candidate::unattributed)].value;
  double largest = 0;
  for (std::size_t i = 0; i + 1 < kCandidates; ++i)
    largest = std::max(largest, candidates[i].value);
  // Would have won, had nothing been ambiguous.
  const std::size_t fixed = winner_of(candidates);

  Verdict verdict;
  if (facts.view == View::requests && unattributed >= largest) {
    verdict = inconclusive(reason("unattributed", unattributed));
  } else if (fixed != kNobody && ballot.winners_fixed[fixed] >= kMinProbability &&
             (ballot.winners[fixed] < kMinProbability ||
              ballot.over_runner_up < kMinOverRunnerUp)) {
    std::size_t rival = leader == fixed || leader == kNobody ? ballot.rival : leader;
    if (rival == kNobody) rival = next_largest(candidates, fixed);
    const Outcome other = outcome_of(rival, evidence.run, facts);
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
  // Samples that rather speak of stalls, but not clearly, leave it open.
  const Outcome stall{Bound::memory, Cause::stall};
  const auto stalls = ballot.outcomes.find(stall);
  if (stalls != ballot.outcomes.end() && stalls->second > probability && outcome != stall &&
      outcome.bound == Bound::cpu) {
    Verdict verdict =
        inconclusive(reason("attribution", stalls->second, kMinProbability, name_of(outcome)));
    verdict.reasons.push_back(reason("closest", stalls->second, kMinProbability, name_of(stall)));
    return verdict;
  }
  // Where no samples are to be had, that it computes is still known.
  if (outcome.cause == Cause::none && !facts.unsampled) {
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
