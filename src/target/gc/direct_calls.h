// Who calls whom, as far as machine code says it outright (x86-64): the way to a function that has
// no name from one that has.
#pragma once

#include <cstdint>
#include <vector>

#include "target/elf_file.h"
#include "target/symbols/function_starts.h"

namespace boundscope {

class CallGraph {
 public:
  explicit CallGraph(const ElfFile& file) : file_(file), starts_(FunctionStarts::read(file)) {}

  // Functions that the one that begins at `start` calls or jumps to, in the order of the code, each
  // once and itself not. Bytes that look like a call count only if they lead to where a function
  // begins.
  std::vector<std::uint64_t> callees(std::uint64_t start) const;

  // Its size, up to where the next function begins; 0 if none begins at `start`.
  std::uint64_t size_of(std::uint64_t start) const;

 private:
  const ElfFile& file_;
  FunctionStarts starts_;
};

}  // namespace boundscope
