// Heap waits: lock waits that are for room in the heap. A concurrent collector that cannot keep up
// makes the program's threads wait for it, on what the kernel sees as a lock; only the stack tells.
#pragma once

#include <map>

#include "analyze/run.h"

namespace boundscope {

// Of each process's lock wait time, the part (0 to 1) that is such waiting, by the waits whose
// stacks were sampled: those that ended. Processes without any, or with too few, are left out.
std::map<pid_t, double> heap_wait_parts(const Run& run);

}  // namespace boundscope
