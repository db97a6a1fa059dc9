// Which inputs the answer hangs on.
#pragma once

#include <vector>

#include "analyze/roi/model.h"

namespace boundscope {

// Of a rewrite: each input at its ends, everything else as drawn; the largest swing first. Inputs
// that change nothing are left out.
std::vector<Sensitivity> sensitivity_of(const Proposal& proposal, const ServiceToday& today,
                                        const Costs& costs, const std::vector<ReturnDraw>& draws);

}  // namespace boundscope
