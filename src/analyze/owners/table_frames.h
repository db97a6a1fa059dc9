// Table frames: whether a stack has a frame that a table names. For tables whose rules decide
// nothing but that: where threads start, where they wait for room in the heap.
#pragma once

#include <string_view>
#include <vector>

#include "analyze/owners/frame_rules.h"
#include "analyze/owners/rule.h"
#include "boundscope/recording.h"

namespace boundscope {

class TableFrames {
 public:
  // `table` is the name of an owner table; the recording has to outlive this.
  TableFrames(const Recording& recording, std::string_view table);
  TableFrames(const TableFrames&) = delete;
  TableFrames& operator=(const TableFrames&) = delete;

  bool any_in(const Stack& stack);

 private:
  std::vector<Rule> rules_;
  FrameRules frames_;
};

}  // namespace boundscope
