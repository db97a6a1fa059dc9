// The data of a file as it is in memory once the loader has been there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "target/elf_file.h"

namespace boundscope {

class LoadedData {
 public:
  struct Piece {
    std::uint64_t address = 0;  // as linked
    std::string bytes;
  };

  // The writable segments, at most `limit` bytes of them: pointers of position-independent files
  // stand nowhere else.
  LoadedData(const ElfFile& file, std::size_t limit);

  const std::vector<Piece>& pieces() const { return pieces_; }
  // Empty outside of what was read.
  std::optional<std::uint64_t> word(std::uint64_t address) const;

  bool is_cut() const { return is_cut_; }
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  std::vector<Piece> pieces_;
  bool is_cut_ = false;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace boundscope
