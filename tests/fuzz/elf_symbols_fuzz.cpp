// Symbol tables, search tables and links to debug files in a file of any content.
#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/symbols/file_symbols.h"

using namespace boundscope;

namespace {

constexpr std::uint64_t kBudget = 16 << 20;

// Small enough for a file to reach them.
SymbolLimits small_limits() {
  SymbolLimits limits;
  limits.symbols_per_file = 64;
  limits.name_bytes_per_file = 64 << 10;
  return limits;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::require(parse_build_id(text).size() <= 2 * size, "a build-id is part of the note");
  if (const auto link = parse_debug_link(text)) {
    fuzz::require(link->name.find('/') == std::string::npos, "a debug link is a name, no path");
  }
  const auto file = fuzz::elf_of(data, size);
  if (!file) return 0;

  // Whatever debug file it asks for is the file itself.
  const auto itself = [&](const std::string& path) {
    fuzz::require(path.find("/../") == std::string::npos, "debug files are below their folders");
    return memory_file(text);
  };
  const DebugFolders folders{itself, itself};
  const SymbolLimits limits = small_limits();
  ReadBudget budget(kBudget);
  SymbolProblems problems;
  const auto symbols =
      FileSymbols::read(*file, "/usr/bin/program", {folders, limits, budget, problems});
  if (!symbols) return 0;
  for (std::uint64_t offset = 0; offset < size + 64; offset += 64) {
    Frame frame{.module = "program", .symbol = "", .offset = offset};
    symbols->resolve(offset, frame);
  }
  return 0;
}
