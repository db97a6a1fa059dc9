// What was there before we came: the target's threads, listeners and connections.
#pragma once

#include "boundscope/result.h"
#include "boundscope/target.h"
#include "collect/kernel_probes.h"
#include "collect/process_slots.h"

namespace boundscope {

// Marks the processes (those that are gone are left out) and all their threads. Call it again to
// take up newcomers. Returns how many of the processes are alive.
Result<std::size_t> seed_processes(const std::vector<TargetProcess>& processes,
                                   KernelProbes& kernel, ProcessSlots& slots);

// Learns the listeners, then the connections. The processes must be marked.
Result<> seed_files(KernelProbes& kernel);

}  // namespace boundscope
