// The unwinding tables of a file (.eh_frame), which nearly every program carries for exceptions,
// stripped or not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "target/unique_fd.h"
#include "target/unwind/unwind_rule.h"

struct Elf;
struct Dwarf_CFI_s;

namespace boundscope {

class UnwindTable {
 public:
  // Empty if the file has none. The file stays open: the tables are read as they are needed.
  static std::optional<UnwindTable> open(UniqueFd fd);

  // The address that a place in the file is linked at; empty if it is not code.
  std::optional<std::uint64_t> address_of(std::uint64_t file_offset) const;

  // At an address as linked. Null if the tables say nothing about it, or something that needs more
  // than stack pointer and frame pointer. Valid until the next call.
  const UnwindRule* rule_at(std::uint64_t address);

  std::size_t bytes() const { return bytes_; }  // memory held at most, without what was asked for

 private:
  struct Close {
    void operator()(Elf* elf) const;
    void operator()(Dwarf_CFI_s* cfi) const;
  };

  struct Code {
    std::uint64_t address = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
  };

  UnwindTable() = default;
  void read_segments();

  UniqueFd fd_;
  std::unique_ptr<Elf, Close> elf_;
  std::unique_ptr<Dwarf_CFI_s, Close> cfi_;
  std::vector<Code> code_;  // executable segments
  std::size_t bytes_ = 0;
  std::unordered_map<std::uint64_t, std::optional<UnwindRule>> known_;
};

}  // namespace boundscope
