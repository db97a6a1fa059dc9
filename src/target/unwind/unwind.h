// Walks a copied stack without frame pointers, by the unwinding tables of the code.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "target/unwind/unwind_rule.h"

namespace boundscope {

// A thread's registers and the top of its stack at one moment.
struct UserStack {
  std::uint64_t ip = 0;
  std::uint64_t sp = 0;
  std::uint64_t bp = 0;    // frame pointer register
  std::uint64_t link = 0;  // arm64: link register; else 0
  std::string_view bytes;  // from sp upwards
};

struct CodeInfo {
  bool is_code = false;              // something executable is mapped there
  const UnwindRule* rule = nullptr;  // null: the tables do not say
};
using CodeLookup = std::function<CodeInfo(std::uint64_t address)>;

struct UnwoundStack {
  std::vector<std::uint64_t> addresses;  // leaf first; those of the callers are return addresses
  bool cut = false;                      // there are more that could not be reached
};

// Errors are the end of the stack: what was reached before is right.
UnwoundStack unwind(const UserStack& stack, const CodeLookup& code_at, std::size_t most_frames);

}  // namespace boundscope
