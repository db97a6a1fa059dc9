// /proc/PID/maps with any content: paths in it are the target's to choose.
#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/address_space.h"
#include "target/runtime_maps.h"

using namespace boundscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const AddressSpace space(text);
  fuzz::require(space.size() <= size, "no more mappings than bytes");
  for (const std::uint64_t address : {0ull, 0x400000ull, 0x7f0000001000ull, ~0ull}) {
    space.resolve(address);
    const CodeMapping* mapping = space.find(address);
    if (!mapping) continue;
    fuzz::require(mapping->start <= address && address < mapping->end, "it covers the address");
    fuzz::require(space.path_of(*mapping).size() <= size, "its path is part of the text");
  }
  fuzz::require(parse_code_mappings(text).files.size() <= size, "no more files than bytes");
  mapped_path_with(text, "libjvm.so");
  return 0;
}
