// Names of a Go program's functions, from the table that the Go runtime itself needs: it is there
// in stripped, static and position-independent programs alike.
//
// The file belongs to the target: every count and offset in it is a claim, checked where it is
// used, and what is read is bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "target/elf_file.h"

namespace boundscope {

// Where a function is, as linked.
struct GoFunction {
  std::uint64_t start = 0;
  std::uint64_t end = 0;  // of it and the padding behind it
};

class GoSymbols {
 public:
  // Empty: no Go program, or one whose table is damaged or of a kind that we do not know.
  static std::optional<GoSymbols> read(const ElfFile& file);

  // The function that covers an address of the file as linked, spelled as Go prints it
  // ("main.(*T).Method"); "" if none does, which is so for the C code of a cgo program.
  std::string name_of(std::uint64_t link_time_address) const;

  // The functions of these names, in the order of the names; empty ones for those that are not
  // there.
  std::vector<GoFunction> find(const std::vector<std::string_view>& names) const;

  std::size_t functions() const { return count_; }
  std::size_t bytes() const { return table_.size(); }  // memory held

 private:
  // How wide the fields of one version's table are, and where its parts begin in table_.
  struct Layout {
    std::size_t field_size = 4;  // of an address and of an offset: 4 or 8
    std::size_t index_at = 0;    // pairs {address, offset of the function's record}, by address
    std::size_t names_at = 0;    // name offsets count from here
  };
  friend class GoTableReader;

  GoSymbols() = default;
  std::uint64_t address_at(std::size_t index) const;  // relative to text_start_
  std::optional<std::uint64_t> record_at(std::size_t index) const;
  std::string_view name_at(std::size_t index) const;
  std::optional<std::uint64_t> field(std::uint64_t at, std::size_t size) const;

  std::string table_;
  Layout layout_;
  std::size_t count_ = 0;
  std::uint64_t text_start_ = 0;  // 0 where the table holds whole addresses
};

}  // namespace boundscope
