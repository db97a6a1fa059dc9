// Decide: from the vote to a verdict, or to the reason why there is none (docs/method.md,
// "Verdict").
#pragma once

#include <cstdint>

#include "analyze/details.h"
#include "analyze/figures.h"
#include "analyze/load.h"
#include "analyze/vote.h"
#include "boundscope/verdict.h"

namespace boundscope {

// Bound, cause and confidence, with the reasons that carry them.
Verdict decide(const Evidence& evidence, const Facts& facts, const Names& names,
               std::uint64_t seed);

// Arguments for an outcome, strongest first (reasons.cpp).
std::vector<Reason> reasons_for(const Outcome& outcome, const Evidence& evidence,
                                const Facts& facts, const Names& names);

}  // namespace boundscope
