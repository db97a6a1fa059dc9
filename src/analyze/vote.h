// Vote: each bootstrap draw names what bounds the target; how often they agree is the probability.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "analyze/figures.h"
#include "analyze/load.h"
#include "analyze/random.h"
#include "boundscope/verdict.h"

namespace boundscope {

struct Outcome {
  Bound bound = Bound::inconclusive;
  Cause cause = Cause::none;
  auto operator<=>(const Outcome&) const = default;
};

// "cpu: kernel"; "cpu" without a cause.
std::string name_of(const Outcome& outcome);

inline constexpr std::size_t kNobody = kCandidates;

// Time whose place is ambiguous belongs to a rival with a probability that falls towards the bound:
// the attribution's priorities have their reasons. Product of two uniforms: a quarter in the mean.
void move_ambiguous_time(std::array<Estimate, kCandidates>& candidates, Random& random);

// The largest, if it is large enough and not less than what nobody accounts for.
std::size_t winner_of(const std::array<Estimate, kCandidates>& candidates);

// What the winner stands for. cpu without a cause: too few samples to name one.
Outcome outcome_of(std::size_t winner, const Figures& figures, const Facts& facts);

// How the draws voted, as probabilities.
struct Ballot {
  std::array<double, kCandidates + 1> winners{};        // with ambiguous time moved
  std::array<double, kCandidates + 1> winners_fixed{};  // without
  std::map<Outcome, double> outcomes;
  double over_runner_up = 1;    // the least over any other
  std::size_t rival = kNobody;  // that other

  std::size_t leader() const;
};
Ballot vote(const Evidence& evidence, const Facts& facts, std::uint64_t seed);

// The most frequent outcome among those the leader can stand for, and its probability.
std::pair<Outcome, double> best_outcome(const Ballot& ballot, std::size_t leader,
                                        const Evidence& evidence, const Facts& facts);

}  // namespace boundscope
