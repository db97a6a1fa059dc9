// Keeps the joint state of requests and calls true over a long run.
#pragma once

#include "boundscope/result.h"
#include "collect/kernel_probes.h"
#include "collect/process_slots.h"

namespace boundscope {

// Takes exchanges out of the joint state that are open on no socket any more, and those that are no
// work: long polls, and calls that serve no open request.
Result<> sweep_sockets(KernelProbes& kernel, const ProcessSlots& slots);

}  // namespace boundscope
