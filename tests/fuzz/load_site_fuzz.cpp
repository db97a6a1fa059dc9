// Code of any content around any place in it: the first byte chooses the place.
#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/code/code_around.h"
#include "target/code/load_site.h"

using namespace boundscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view code =
      fuzz::text_of(data + 1, size - 1).substr(0, kCodeBefore + kCodeAfter);
  const std::size_t place = code.size() * data[0] / 255;  // up to the end, where there is none
  if (const auto around = code_around(code, place)) {
    fuzz::require(around->at > 0 && around->at < around->code.size(),
                  "there are instructions before and at the place");
    std::size_t length = 0;
    for (const Instruction& instruction : around->code) length += instruction.length;
    fuzz::require(length <= code.size(), "instructions are bytes of the code");
  }
  const auto has = [&](int bit) { return (data[0] >> bit & 1) != 0; };
  const Core core{.free_additions = has(0), .late_retirement = has(1), .joins_loads = has(2)};
  const auto site = load_site(code, place, core);
  if (site) fuzz::require(site->expected >= 0 && site->expected <= 1, "a share is one");
  return 0;
}
