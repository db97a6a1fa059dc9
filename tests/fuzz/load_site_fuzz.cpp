// Code of any content around any place in it.
#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/code/code_around.h"
#include "target/code/load_site.h"

using namespace boundscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view code = fuzz::text_of(data, size).substr(0, kCodeBefore + kCodeAfter);
  for (std::size_t place = 0; place <= code.size(); place += 7) {
    if (const auto around = code_around(code, place)) {
      fuzz::require(around->at > 0 && around->at < around->code.size(),
                    "there are instructions before and at the place");
      std::size_t length = 0;
      for (const Instruction& instruction : around->code) length += instruction.length;
      fuzz::require(length <= code.size(), "instructions are bytes of the code");
    }
    const auto site = load_site(code, place, Core{});
    if (site) fuzz::require(site->expected >= 0 && site->expected <= 1, "a share is one");
  }
  return 0;
}
