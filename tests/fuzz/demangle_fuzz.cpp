// Names of symbols with any content.
#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/symbols/demangle.h"

using namespace boundscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::require(demangle(fuzz::text_of(data, size)).size() <= kLongestSymbol,
                "nothing is longer than the limit");
  return 0;
}
