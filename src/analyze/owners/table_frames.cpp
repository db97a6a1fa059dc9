#include "analyze/owners/table_frames.h"

#include <algorithm>
#include <cstdint>

#include "analyze/owners/tables.h"

namespace boundscope {
namespace {

std::vector<const Rule*> pointers_to(const std::vector<Rule>& rules) {
  std::vector<const Rule*> pointers;
  for (const Rule& rule : rules) pointers.push_back(&rule);
  return pointers;
}

}  // namespace

TableFrames::TableFrames(const Recording& recording, std::string_view table)
    : rules_(owner_rules(table)), frames_(recording, pointers_to(rules_), {}) {}

bool TableFrames::any_in(const Stack& stack) {
  return std::any_of(stack.frames.begin(), stack.frames.end(),
                     [&](std::uint32_t frame) { return !frames_.of(frame).empty(); });
}

}  // namespace boundscope
