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

// Data segments that arrived from clients since the last call, on connections that were known then:
// what requests come in, whether or not probes see them. For the pace of a service with the probes
// and without.
Result<std::uint64_t> segments_since_last(KernelProbes& kernel, const ProcessSlots& slots);

}  // namespace boundscope
