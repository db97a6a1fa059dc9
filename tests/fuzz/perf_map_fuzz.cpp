// Perf maps of any content. A map has to say of each address what the last of its lines that
// covers the address says alone.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/symbols/perf_map.h"
#include "target/text.h"

using namespace boundscope;

namespace {

constexpr std::size_t kMostLines = 12;  // each is compared with each

std::vector<PerfMap> lines_of(std::string_view text) {
  std::vector<PerfMap> lines;
  while (text.find('\n') != std::string_view::npos) {
    const std::string line = std::string(take_until(text, '\n')) + '\n';
    lines.push_back(PerfMap::parse(line, 1));
  }
  return lines;
}

std::string_view name_by_lines(const std::vector<PerfMap>& lines, std::uint64_t address) {
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (const auto name = line->name_of(address); !name.empty()) return name;
  }
  return {};
}

// Addresses at which something may change: where lines begin and end.
std::vector<std::uint64_t> addresses_of(std::string_view text) {
  std::vector<std::uint64_t> addresses;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    const auto start = parse_number<std::uint64_t>(take_until(line, ' '), 16);
    const auto size = parse_number<std::uint64_t>(take_until(line, ' '), 16);
    for (const std::uint64_t at : {start.value_or(0), start.value_or(0) + size.value_or(0)}) {
      addresses.insert(addresses.end(), {at - 1, at});
    }
  }
  return addresses;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto count = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  const PerfMap all = PerfMap::parse(text, count);
  fuzz::require(all.skipped() <= count, "no more lines are left out than there are");
  fuzz::require(all.bytes() <= 64 * (count + 1) + size, "memory is bounded by the text");
  const PerfMap newest = PerfMap::parse(text, count / 2);
  fuzz::require(newest.skipped() >= count / 2, "lines beyond the limit are counted");
  if (count > kMostLines) return 0;
  const std::vector<PerfMap> lines = lines_of(text);
  for (const std::uint64_t address : addresses_of(text)) {
    fuzz::require(all.name_of(address) == name_by_lines(lines, address), "the last line wins");
  }
  return 0;
}
