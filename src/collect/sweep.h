// Keeps the joint state of requests and calls true over a long run.
#pragma once

#include <cstdint>

#include "boundscope/result.h"
#include "collect/kernel_probes.h"
#include "collect/process_slots.h"

namespace boundscope {

// Takes exchanges out of the joint state that are open on no socket any more, and those that are no
// work: long polls, and calls that serve no open request.
// `since_last_ns`: since the last sweep, or since the probes were attached.
Result<> sweep_sockets(KernelProbes& kernel, const ProcessSlots& slots,
                       std::uint64_t since_last_ns);

}  // namespace boundscope
