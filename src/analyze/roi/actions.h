// What the alternatives cost: person-weeks, and what they add to the cloud bill while they run.
#pragma once

#include <string_view>

#include "boundscope/roi.h"

namespace boundscope {

struct ActionCost {
  std::string_view action;  // code
  CostRange weeks;          // of one engineer who knows the service
  CostRange running_bill;   // share of the cloud bill, on top
};

// Elicited [E]: what such changes usually take where nothing is known of the team. `weeks.ACTION`
// in the costs overrides the first.
ActionCost action_cost(std::string_view action);

}  // namespace boundscope
