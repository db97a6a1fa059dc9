// Unwinding tables of any content, and a stack that is walked by them: the end of the input, in
// code that is all of the file.
#include <algorithm>

#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/unwind/unwind.h"
#include "target/unwind/unwind_table.h"

using namespace boundscope;

namespace {

constexpr std::size_t kMostFrames = 64;
constexpr std::size_t kStackBytes = 512;
constexpr std::uint64_t kStackAt = 0x7ffc00000000;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  auto table = UnwindTable::open(memory_file(text));
  if (!table) return 0;
  fuzz::require(table->bytes() <= 64 << 20, "no table is larger than the limit");

  const auto code_at = [&](std::uint64_t address) {
    return CodeInfo{.is_code = true, .rule = table->rule_at(address)};
  };
  const std::string_view stack = text.substr(size - std::min(size, kStackBytes));
  for (std::uint64_t offset = 0; offset < size; offset += 16) {
    const auto address = table->address_of(offset);
    if (!address) continue;
    const UserStack user{.ip = *address, .sp = kStackAt, .bp = kStackAt + 16, .bytes = stack};
    const UnwoundStack walked = unwind(user, code_at, kMostFrames);
    fuzz::require(!walked.addresses.empty(), "the place where it was is always there");
    fuzz::require(walked.addresses.size() <= kMostFrames, "no more frames than were asked for");
  }
  return 0;
}
