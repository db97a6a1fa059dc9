// The instructions around a place in machine code whose instructions have no fixed length.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "target/code/instruction.h"

namespace boundscope {

struct CodeAround {
  std::vector<Instruction> code;  // one after the other
  std::size_t at = 0;             // index of the one at the place; never the first
};

// `bytes` lie around the place, which is at `place` in them and where an instruction begins (it was
// about to be executed). Those before it are found by decoding from many points: wrong ones run
// into the right sequence after a few instructions. Empty: they do not agree on the instruction
// before the place, or there is none at it.
std::optional<CodeAround> code_around(std::string_view bytes, std::size_t place);

}  // namespace boundscope
