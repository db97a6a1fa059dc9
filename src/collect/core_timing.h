// What operations take on the core that we run on, timed in chains that wait for themselves.
#pragma once

#include "target/code/retirement.h"

namespace boundscope {

// Sets what can be timed of `core`; some ten milliseconds. `points_to_itself` is the address of a
// pointer to that very place. Other machines than x86-64: does nothing.
void time_core(const void* points_to_itself, Core& core);

}  // namespace boundscope
