// Which variables a piece of machine code uses: the operands that are relative to the instruction
// pointer (x86-64).
//
// It looks at bytes, not at instructions, so that it needs no decoder and cannot be led astray by
// what it does not know. What looks like a use and is none is harmless: whoever asks compares the
// addresses with each other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace boundscope {

// A function as it stands in the file.
struct GoCode {
  std::uint64_t address = 0;  // as linked
  std::string bytes;
};

enum class CodeUse {
  load,           // mov reg, [x]
  store,          // mov [x], reg
  address,        // lea reg, [x]
  increment,      // inc [x]
  add_to,         // add [x], reg
  add_from,       // add reg, [x]
  subtract_from,  // sub reg, [x]
  load_signed,    // movsxd reg, [x]
  store_double,   // movsd [x], xmm
};

struct CodeReference {
  std::size_t at = 0;  // of the opcode in the bytes
  CodeUse use = CodeUse::load;
  bool is_wide = false;      // 64 bits
  std::uint64_t target = 0;  // as linked
};

// In the order of the code.
std::vector<CodeReference> find_references(const GoCode& code);

// Does the code hold a direct call of `callee` within `reach` bytes after `at`?
bool calls_soon(const GoCode& code, std::size_t at, std::size_t reach, std::uint64_t callee);

}  // namespace boundscope
