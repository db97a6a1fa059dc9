// All that is known about the functions of one file, from whatever tables it has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "boundscope/recording.h"
#include "target/elf_file.h"
#include "target/symbols/debug_file.h"
#include "target/symbols/function_starts.h"
#include "target/symbols/go_symbols.h"
#include "target/symbols/python_names.h"
#include "target/symbols/symbol_problems.h"
#include "target/symbols/symbol_table.h"

namespace boundscope {

// What reading a file needs beside the file.
struct SymbolSources {
  const DebugFolders& folders;
  const SymbolLimits& limits;
  ReadBudget& budget;
  SymbolProblems& problems;
};

class FileSymbols {
 public:
  FileSymbols() = default;  // knows nothing

  // `path` is where the target has the file; problems name it. Empty: the budget of this window is
  // used up.
  static std::optional<FileSymbols> read(const ElfFile& file, const std::string& path,
                                         const SymbolSources& sources);

  // Fills in symbol, or else previous, next and offset, for a place in the file.
  void resolve(std::uint64_t file_offset, Frame& frame) const;

  std::size_t bytes() const;  // memory held

 private:
  std::optional<std::uint64_t> address_of(std::uint64_t file_offset) const;
  std::optional<std::uint64_t> offset_of(std::uint64_t address) const;

  std::vector<ElfPiece> segments_;
  SymbolTable table_;
  FunctionStarts starts_;
  std::optional<GoSymbols> go_;
  PythonNames python_;
};

}  // namespace boundscope
