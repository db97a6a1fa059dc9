// The options of a service: a rewrite for each language that was predicted, and the alternatives.
#pragma once

#include <vector>

#include "analyze/roi/model.h"

namespace boundscope {

// An option and how it did in each draw.
struct EvaluatedOption {
  Proposal proposal;
  ReturnOption option;
  std::vector<double> net;  // by draw
};

ServiceToday today_of(const Analysis& analysis);

// A prediction that can be believed: its verdict is one, and there is a number.
bool is_predicted(const Analysis& analysis, const Gain& gain);

std::vector<EvaluatedOption> options_of(const Analysis& analysis, const Costs& costs,
                                        const std::vector<ReturnDraw>& draws);

}  // namespace boundscope
