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

// Learns the listeners, which decide what role a connection has. Before the probes are attached;
// the processes must be marked.
Result<> seed_listeners(KernelProbes& kernel, const ProcessSlots& slots);

// Learns which of the listeners processes outside of the target hold, too. Walks the files of all
// of the host: once in a while.
Result<> seed_shared_listeners(KernelProbes& kernel);

// Learns the connections, and what they are in the middle of. Once the probes are attached, so that
// nothing ends unseen in between.
Result<> seed_connections(KernelProbes& kernel, const ProcessSlots& slots);

}  // namespace boundscope
