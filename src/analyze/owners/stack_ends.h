// Stack ends: whether a stack reaches the function its thread began in.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analyze/owners/frame_rules.h"
#include "analyze/owners/rule.h"
#include "boundscope/recording.h"

namespace boundscope {

class StackEnds {
 public:
  explicit StackEnds(const Recording& recording);
  StackEnds(const StackEnds&) = delete;
  StackEnds& operator=(const StackEnds&) = delete;

  // True where a frame of user space is missing at the outer end, or all of them. A stack that was
  // cut by the recorder does not count: it is right as far as it goes.
  bool ends_early(const Stack& stack);

 private:
  std::vector<Rule> rules_;
  FrameRules frames_;
};

}  // namespace boundscope
