// What one machine instruction does, as far as it matters for how long it takes and for what it
// waits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace boundscope {

// Registers as bits: 0-15 general, 16-47 vector, 48 flags, 49-56 mask registers.
using RegisterSet = std::uint64_t;
inline constexpr RegisterSet kFlags = RegisterSet{1} << 48;

// Cycles; of current cores of either vendor.
inline constexpr std::uint8_t kMultiplication = 3;

struct Instruction {
  std::uint8_t length = 0;     // bytes
  bool loads = false;          // its result waits for memory: prefetches and stores do not
  bool only_loads = false;     // and nothing is done with what is read
  bool never_falls = false;    // jump or return: the next one in memory does not follow it
  bool is_padding = false;     // does nothing
  bool is_branch = false;      // conditional
  bool fuses_branch = false;   // executed as one with a conditional branch that follows
  bool adds_constant = false;  // a small one, to a whole register
  // Bytes of a register; 0: cannot. Some cores execute a load and the operation on the register
  // that was loaded, which follows it, as one.
  std::uint8_t joined_as_load = 0;
  std::uint8_t joined_as_operation = 0;
  std::uint8_t latency = 1;  // cycles once its operands are there, without the load
  // Cores differ in these, and the caller knows what they take.
  enum class Kind : std::uint8_t { other, scaled_lea, float_addition };
  Kind kind = Kind::other;
  RegisterSet address = 0;  // registers that a load's address is made of
  RegisterSet reads = 0;    // all others
  RegisterSet writes = 0;
  std::optional<std::int64_t> target;  // of a direct jump within a function, from its own start
};

// The instruction that `code` begins with. Empty: the bytes are none, or it is not all there; on
// other machines than x86-64 always. The bytes belong to the target: any will do.
std::optional<Instruction> decode_instruction(std::string_view code);

// Its length alone, which is quicker; 0: there is none.
std::uint8_t instruction_length(std::string_view code);

// Where an instruction may begin, on the machine we run on.
#if defined(__aarch64__)
inline constexpr std::size_t kInstructionAlignment = 4;
#else
inline constexpr std::size_t kInstructionAlignment = 1;
#endif

}  // namespace boundscope
