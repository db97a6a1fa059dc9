// Go's function table in a file of any content.
#include <limits>

#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/symbols/go_symbols.h"

using namespace boundscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = fuzz::elf_of(data, size);
  const auto symbols = file ? GoSymbols::read(*file) : std::nullopt;
  if (!symbols) return 0;
  fuzz::require(symbols->bytes() <= 2 * size, "no more memory than the file has bytes, twice");
  fuzz::require(symbols->functions() <= size, "no more functions than bytes");
  for (const std::uint64_t address :
       {std::uint64_t{0}, std::uint64_t{0x401000}, std::uint64_t{0x401040}, std::uint64_t{0x4010ff},
        std::numeric_limits<std::uint64_t>::max()}) {
    fuzz::require(symbols->name_of(address).size() <= size, "a name is part of the file");
  }
  symbols->find({"runtime.text", "main.Max[...]", "main.main"});
  return 0;
}
