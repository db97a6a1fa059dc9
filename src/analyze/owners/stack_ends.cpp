#include "analyze/owners/stack_ends.h"

#include <algorithm>

#include "analyze/owners/tables.h"

namespace boundscope {

StackEnds::StackEnds(const Recording& recording)
    : rules_(owner_rules("roots")), frames_(recording, pointers_to(rules_), {}) {}

bool StackEnds::ends_early(const Stack& stack) {
  if (stack.cut) return false;
  return std::none_of(stack.frames.begin(), stack.frames.end(),
                      [&](std::uint32_t frame) { return !frames_.of(frame).empty(); });
}

}  // namespace boundscope
