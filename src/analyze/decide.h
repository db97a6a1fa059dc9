// Decide: the vote of the draws on what bounds the target (docs/method.md, "Verdict").
#pragma once

#include <cstdint>

#include "analyze/details.h"
#include "analyze/figures.h"
#include "analyze/load.h"
#include "boundscope/verdict.h"

namespace boundscope {

// Bound, cause and confidence, with the reasons that carry them.
Verdict decide(const Evidence& evidence, const Facts& facts, const Names& names,
               std::uint64_t seed);

struct Outcome {
  Bound bound = Bound::inconclusive;
  Cause cause = Cause::none;
  auto operator<=>(const Outcome&) const = default;
};

// "cpu: kernel"; "cpu" without a cause.
std::string name_of(const Outcome& outcome);

// Arguments for an outcome, strongest first (reasons.cpp).
std::vector<Reason> reasons_for(const Outcome& outcome, const Evidence& evidence,
                                const Facts& facts, const Names& names);

}  // namespace boundscope
