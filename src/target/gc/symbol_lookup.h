// A few functions found by name, in a file with a million.
//
// No table is held: the names are searched piece by piece, and then the symbols that use what was
// found. The file is the target's; what is read and what is returned is bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "target/elf_file.h"
#include "target/symbols/elf_symbols.h"

namespace boundscope {

struct WantedSymbol {
  std::string_view text;
  // Any name that begins so, but for parts that the compiler cut off ("name.cold"). Otherwise this
  // name and the variants of it that a compiler makes to put them in its place ("name.isra.0").
  bool is_prefix = false;
};

struct FoundSymbol {
  std::size_t wanted = 0;  // index
  std::uint64_t address = 0;
};

// Functions that the file defines, by their place in the table, each address once for a name.
// Nothing if more match than kMostFoundSymbols: then the names tell nothing.
inline constexpr std::size_t kMostFoundSymbols = 64;
std::vector<FoundSymbol> find_symbols(const ElfFile& file, ElfTable table,
                                      const std::vector<WantedSymbol>& wanted);

// Which of the addresses have a function's name in the table?
std::vector<bool> are_named(const ElfFile& file, ElfTable table,
                            const std::vector<std::uint64_t>& addresses);

}  // namespace boundscope
