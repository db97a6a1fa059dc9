// What a thread waits for, as far as /proc tells: one look at the system call it is in.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "boundscope/recording.h"

namespace boundscope {

// /proc/PID/task/TID/syscall of a thread that is not on a CPU nor waiting for one.
struct PolledCall {
  long number = -1;  // -1: in the kernel without a system call (page fault, stop)
  std::array<std::uint64_t, 3> arguments{};
};
// Empty for a thread that runs or could run, and for anything that is no such file.
std::optional<PolledCall> parse_polled_call(std::string_view text);

struct PolledWait {
  WaitClass wait_class = WaitClass::other;
  std::string peer;  // of an upstream: "10.0.0.7:5432"
};
// `what_is(fd)` classifies a wait on a descriptor; for a file of a file system it returns
// disk_other. `is_uninterruptible()` asks for the thread's state and is only called where it
// matters.
PolledWait classify(const PolledCall& call, const std::function<PolledWait(std::uint64_t)>& what_is,
                    const std::function<bool()>& is_uninterruptible);

}  // namespace boundscope
