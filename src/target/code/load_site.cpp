#include "target/code/load_site.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "target/code/code_around.h"

namespace boundscope {
namespace {

constexpr std::size_t kBlock = 32;  // instructions on either side, where there is no loop

struct Region {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_loop = false;
};

// Start of each instruction in bytes from that of the first, and the end.
std::vector<std::int64_t> offsets_of(const std::vector<Instruction>& code) {
  std::vector<std::int64_t> offsets{0};
  for (const Instruction& instruction : code)
    offsets.push_back(offsets.back() + instruction.length);
  return offsets;
}

// The smallest piece that ends with a jump back to its beginning and has the place in it.
std::optional<Region> loop_around(const CodeAround& around) {
  const std::vector<std::int64_t> offsets = offsets_of(around.code);
  std::optional<Region> smallest;
  for (std::size_t i = around.at; i < around.code.size(); ++i) {
    const auto& target = around.code[i].target;
    if (!target || *target > 0) continue;
    const std::int64_t begin_at = offsets[i] + *target;
    const auto begin = std::lower_bound(offsets.begin(), offsets.end(), begin_at);
    if (begin == offsets.end() || *begin != begin_at) continue;
    const auto first = static_cast<std::size_t>(begin - offsets.begin());
    if (first > around.at) continue;
    const Region loop{first, i + 1, true};
    if (!smallest || loop.end - loop.begin < smallest->end - smallest->begin) smallest = loop;
  }
  return smallest;
}

// What is executed in a row, as far as the code says.
Region block_around(const CodeAround& around) {
  Region block{around.at, around.at, false};
  while (block.begin > 0 && around.at - block.begin < kBlock &&
         !around.code[block.begin - 1].never_falls)
    --block.begin;
  while (block.end < around.code.size() && block.end - around.at < kBlock) {
    ++block.end;
    if (around.code[block.end - 1].never_falls) break;
  }
  return block;
}

// Whether the core waits for memory when it waits for the end of this one. A comparison and its
// branch are one.
bool waits_for_load(const std::vector<Instruction>& code, std::size_t index) {
  if (code[index].loads) return true;
  return index > 0 && code[index].is_branch && code[index - 1].fuses_branch &&
         code[index - 1].loads;
}

// Which one was finished last when the core was found at the place: the one before it, or, at the
// head of a loop, the jump back.
std::optional<std::size_t> finished_last(const CodeAround& around, const Region& region) {
  if (region.is_loop && around.at == region.begin) return region.end - 1;
  if (around.at == 0 || around.code[around.at - 1].never_falls) return std::nullopt;
  return around.at - 1;
}

}  // namespace

std::optional<LoadSite> load_site(std::string_view bytes, std::size_t place, const Core& core) {
  const auto around = code_around(bytes, place);
  if (!around) return std::nullopt;
  const auto loop = loop_around(*around);
  const Region region = loop ? *loop : block_around(*around);

  LoadSite site;
  if (const auto last = finished_last(*around, region))
    site.after_load = waits_for_load(around->code, *last);
  const std::span<const Instruction> code =
      std::span(around->code).subspan(region.begin, region.end - region.begin);
  const std::vector<double> shares = retirement_shares(code, core);
  for (std::size_t i = 0; i < code.size(); ++i)
    if (waits_for_load(around->code, region.begin + i)) site.expected += shares[i];
  site.expected = std::clamp(site.expected, 0.0, 1.0);
  return site;
}

}  // namespace boundscope
