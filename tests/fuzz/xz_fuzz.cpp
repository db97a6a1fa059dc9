// Compressed symbols (.gnu_debugdata) of any content.
#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/symbols/xz.h"

using namespace boundscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kLimit = 1 << 14;  // what is unpacked is cleared each time
  if (const auto bytes = decompress_xz(fuzz::text_of(data, size), kLimit)) {
    fuzz::require(bytes->size() <= kLimit, "no more is unpacked than is allowed");
  }
  return 0;
}
