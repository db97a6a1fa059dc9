#include "analyze/owners/stack_ends.h"

#include <algorithm>

#include "analyze/owners/tables.h"

namespace boundscope {
namespace {

std::vector<const Rule*> pointers(const std::vector<Rule>& rules) {
  std::vector<const Rule*> all;
  for (const Rule& rule : rules) all.push_back(&rule);
  return all;
}

}  // namespace

StackEnds::StackEnds(const Recording& recording)
    : rules_(owner_rules("roots")), frames_(recording, pointers(rules_), {}) {}

bool StackEnds::ends_early(const Stack& stack) {
  if (stack.cut) return false;
  return std::none_of(stack.frames.begin(), stack.frames.end(),
                      [&](std::uint32_t frame) { return !frames_.of(frame).empty(); });
}

}  // namespace boundscope
