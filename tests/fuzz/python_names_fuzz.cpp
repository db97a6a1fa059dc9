// CPython's tables of functions in a file of any content.
#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/symbols/python_tables.h"

using namespace boundscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto file = fuzz::elf_of(data, size);
  if (!file) return 0;
  const auto starts = FunctionStarts::read(*file);
  // Not by way of PythonNames, which first asks whether the file is of CPython.
  scan_python_tables(*file, starts, [&](const PythonFunction& function) {
    fuzz::require(starts.before(function.address) == function.address, "a function starts there");
    for (const std::string_view name : {function.owner, function.member}) {
      fuzz::require(!name.empty() && name.size() < 128, "names are there and short");
      fuzz::require(name.find_first_of(" :;\n\x1b") == std::string_view::npos, "names are plain");
    }
  });
  return 0;
}
