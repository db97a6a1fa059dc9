// Footprint: what the target's memory is, from the one look at its mappings and from what its
// runtimes tell of their heaps (docs/memory.md).
#pragma once

#include "analyze/run.h"
#include "boundscope/analysis.h"

namespace boundscope {

// Expects live_heap_bytes and heap_bytes to be set, where they are known.
void set_footprint(MemorySummary& memory, const Run& run);

}  // namespace boundscope
