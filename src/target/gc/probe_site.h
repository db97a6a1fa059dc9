// Which instruction of a function a probe may stand on.
//
// The kernel emulates few instructions at a probe. All others are executed one by one under a trap,
// which costs twenty times as much, and some come to harm. Only what is known to be emulated is
// accepted; what is not known is refused with the reason. Pure: the bytes are the target's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "boundscope/result.h"

namespace boundscope {

enum class Machine : std::uint8_t { x86_64, aarch64, other };

enum class ProbePlace : std::uint8_t {
  usdt,            // the instruction that was left free for a probe
  function_start,  // of C and C++; also for probes on its return
  go_function,     // a Go function's start, where it looks whether its stack has room
};

// As many bytes of a place's code as its verification needs.
inline constexpr std::size_t kProbeCodeBytes = 24;

// How far behind the start of `code` the probe belongs. Nothing jumps to where it is but past the
// start: it is passed once for every call.
Result<std::size_t> find_probe_site(Machine machine, std::string_view code, ProbePlace place);

}  // namespace boundscope
