// Probes that a program brings with it: notes in its file say where a nop stands for each.
//
// The file is the target's: sizes and addresses are claims.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "target/elf_file.h"

namespace boundscope {

// As written when the file was linked. The views are into the section that was parsed.
struct UsdtNote {
  std::uint64_t pc = 0;
  std::uint64_t base = 0;       // where .stapsdt.base was then
  std::uint64_t semaphore = 0;  // 0: none
  std::string_view provider;
  std::string_view name;
};

// Of .note.stapsdt; notes that make no sense are left out. At most kMostUsdtNotes.
inline constexpr std::size_t kMostUsdtNotes = 16 * 1024;
std::vector<UsdtNote> parse_usdt_notes(std::string_view section);

// As linked now.
struct UsdtSite {
  std::uint64_t address = 0;
  std::uint64_t semaphore = 0;  // 0: none
};

class UsdtProbes {
 public:
  explicit UsdtProbes(const ElfFile& file);

  // All places of a probe: it has one for each copy that the compiler made of its function.
  std::vector<UsdtSite> sites(std::string_view provider, std::string_view name) const;

 private:
  std::string section_;
  std::uint64_t base_ = 0;  // where .stapsdt.base is; 0: not known
};

}  // namespace boundscope
