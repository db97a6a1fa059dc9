// How to get from one frame of a stack to its caller's, at one place in the code.
#pragma once

#include <cstdint>
#include <optional>

namespace boundscope {

// The canonical frame address (CFA) is the value of the stack pointer before the call; what the
// function saved lies at offsets from it. DWARF 5, section 6.4.
struct UnwindRule {
  bool cfa_from_frame_pointer = false;  // else from the stack pointer
  std::int64_t cfa_offset = 0;
  bool is_outermost = false;  // the thread begins here
  // Empty: still in its register (the link register of arm64; the frame pointer as it is).
  std::optional<std::int64_t> return_address_at;
  std::optional<std::int64_t> frame_pointer_at;
};

}  // namespace boundscope
