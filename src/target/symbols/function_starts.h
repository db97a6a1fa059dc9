// Where functions begin, from the search table of a file's unwind information (.eh_frame_hdr).
// Stripped files have it, too, and it lists functions that have no name any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "target/elf_file.h"

namespace boundscope {

class FunctionStarts {
 public:
  FunctionStarts() = default;
  // Empty if there is no such table or it is not of the form that linkers write.
  static FunctionStarts read(const ElfFile& file);

  // The last start at or before the address.
  std::optional<std::uint64_t> before(std::uint64_t address) const;

  std::size_t bytes() const { return offsets_.capacity() * sizeof(std::int32_t); }

 private:
  std::uint64_t base_ = 0;             // address of the table
  std::vector<std::int32_t> offsets_;  // from the base, ascending
};

}  // namespace boundscope
