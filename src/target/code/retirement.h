// How long each instruction of a piece of code is the oldest one that is not finished, on a core
// that executes out of order and retires in order, when every load hits the nearest cache.
//
// That is where a clock finds such a core: an interrupt is taken between two instructions that
// retire, so its samples say for which instruction the core was waiting.
#pragma once

#include <span>
#include <vector>

#include "target/code/instruction.h"

namespace boundscope {

// Width and window are those of current cores; the result hardly depends on them.
struct Core {
  double load_latency = 4;      // cycles, of the nearest cache: measured
  bool free_additions = false;  // those of constants are done where registers are renamed: measured
  int scaled_lea = 1;           // cycles of a lea with a scaled index: measured
  int float_addition = 3;       // measured
  // What takes several cycles can be used by the next a cycle before it can retire: measured.
  bool late_retirement = false;
  bool joins_loads = false;  // executes a load and the operation on what it loaded as one: measured
  int dispatch_width = 6;    // instructions per cycle
  int retire_width = 8;
  int window = 224;  // instructions that are under way
};

struct Retirement {
  std::vector<double> shares;  // parts of the time, one per instruction; sum 1
  double cycles = 0;           // of all of them
};

// Of `code`, which is executed over and over. Its branches are taken as predicted right. Empty if
// there is no code.
Retirement retirement_of(std::span<const Instruction> code, const Core& core);

}  // namespace boundscope
