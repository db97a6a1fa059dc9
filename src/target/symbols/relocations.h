// What the loader adds to position-independent files: addresses that are not in the file's bytes
// but in a table of its own.
#pragma once

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "target/elf_file.h"

namespace boundscope {

// Relative relocations only: those of addresses inside of the file itself. Packed ones (RELR) need
// nothing: the file's bytes are the addresses as linked already.
class Relocations {
 public:
  explicit Relocations(const ElfFile& file);

  // Calls visit(place, value) for every word that becomes `value`, as linked.
  template <class Visit>
  void each(Visit visit) const {
    for (std::size_t at = 0; table_.size() - at >= sizeof(Elf64_Rela); at += sizeof(Elf64_Rela)) {
      Elf64_Rela entry;
      std::memcpy(&entry, table_.data() + at, sizeof entry);
      const auto type = ELF64_R_TYPE(entry.r_info);
      if (type != R_X86_64_RELATIVE && type != R_AARCH64_RELATIVE) continue;
      visit(entry.r_offset, static_cast<std::uint64_t>(entry.r_addend));
    }
  }

  // `bytes` as they are in memory, given as they are in the file at `address`.
  void apply(std::string& bytes, std::uint64_t address) const;

  std::size_t bytes() const { return table_.size(); }  // read from the file

 private:
  std::string table_;
};

}  // namespace boundscope
