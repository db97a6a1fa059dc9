// The clock that BPF programs read, for what is compared with their times.
#pragma once

#include <cstdint>

namespace boundscope {

// What bpf_ktime_get_ns() gives now: CLOCK_MONOTONIC of the host. In a time namespace (a container
// that was moved here) our own clock has an offset to it, which never changes.
std::uint64_t kernel_now_ns();

}  // namespace boundscope
