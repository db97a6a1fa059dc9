#include "target/code/load_site.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "target/code/code_around.h"

namespace boundscope {
namespace {

constexpr std::size_t kBlock = 32;  // instructions on either side, where there is no loop
constexpr double kHardlyElse = 0.7;
constexpr double kShortLoop = 2.5;  // cycles

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

// The code ends there, as far as it tells: a return, a jump to nobody knows where.
bool leaves(const Instruction& instruction) {
  return instruction.never_falls && !instruction.target;
}

// The smallest piece that ends with a jump back to its beginning and has the place in it, and
// nowhere leaves.
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
    if (std::any_of(around.code.begin() + first, around.code.begin() + i, leaves)) continue;
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

// What is executed over and over, or at least in a row.
struct Piece {
  std::vector<Instruction> code;
  std::size_t at = 0;  // index of the one at the place
  bool is_loop = false;
};

bool are_joined(const Instruction& load, const Instruction& operation, const Instruction* next) {
  if (load.joined_as_load == 0 || load.joined_as_load != operation.joined_as_operation)
    return false;
  if (load.writes != (operation.writes & ~kFlags)) return false;
  return next == nullptr || !next->is_branch || !operation.fuses_branch;
}

Instruction join(const Instruction& load, const Instruction& operation) {
  Instruction both = operation;
  both.loads = true;
  both.length = static_cast<std::uint8_t>(load.length + operation.length);
  both.address = load.address;
  both.reads &= ~load.writes;
  return both;
}

Piece piece_of(const CodeAround& around, const Region& region, const Core& core) {
  Piece piece{{}, 0, region.is_loop};
  for (std::size_t i = region.begin; i < region.end; ++i) {
    if (i == around.at) piece.at = piece.code.size();
    piece.code.push_back(around.code[i]);
    if (!core.joins_loads || i + 1 == region.end || i + 1 == around.at) continue;
    const Instruction* next = i + 2 < around.code.size() ? &around.code[i + 2] : nullptr;
    if (!are_joined(around.code[i], around.code[i + 1], next)) continue;
    piece.code.back() = join(around.code[i], around.code[i + 1]);
    ++i;
  }
  return piece;
}

// Whether the core waits for memory when it waits for the end of this one. A comparison and its
// branch are one.
bool waits_for_load(const std::vector<Instruction>& code, std::size_t index) {
  if (code[index].loads) return true;
  return index > 0 && code[index].is_branch && code[index - 1].fuses_branch &&
         code[index - 1].loads;
}

// Whether the code before the place may run on into it. Padding is not executed if not.
bool is_fallen_into(const CodeAround& around) {
  std::size_t before = around.at - 1;
  while (before > 0 && around.code[before].is_padding) --before;
  return !around.code[before].never_falls;
}

// Which one was finished last when the core was found at the place: the one before it, or, at the
// head of a loop, the jump back. Empty: only other jumps lead there.
std::optional<std::size_t> finished_last(const Piece& piece, const CodeAround& around) {
  if (piece.is_loop && piece.at == 0) return piece.code.size() - 1;
  if (piece.at == 0 || !is_fallen_into(around)) return std::nullopt;
  return piece.at - 1;
}

// Whether a jump leads to the place that was decided by a comparison with memory.
bool is_reached_after_load(const CodeAround& around) {
  const std::vector<std::int64_t> offsets = offsets_of(around.code);
  for (std::size_t i = 0; i < around.code.size(); ++i) {
    const auto& target = around.code[i].target;
    if (target && offsets[i] + *target == offsets[around.at] && waits_for_load(around.code, i))
      return true;
  }
  return false;
}

}  // namespace

std::optional<LoadSite> load_site(std::string_view bytes, std::size_t place, const Core& core) {
  const auto around = code_around(bytes, place);
  if (!around) return std::nullopt;
  const auto loop = loop_around(*around);
  const Piece piece = piece_of(*around, loop ? *loop : block_around(*around), core);

  LoadSite site;
  const auto last = finished_last(piece, *around);
  const bool by_jump = !last && is_reached_after_load(*around);
  site.after_load = last ? waits_for_load(piece.code, *last) : by_jump;
  const Retirement retirement = retirement_of(piece.code, core);
  for (std::size_t i = 0; i < piece.code.size(); ++i)
    if (waits_for_load(piece.code, i)) site.expected += retirement.shares[i];
  site.expected = std::clamp(site.expected, 0.0, 1.0);
  const bool is_short = piece.is_loop && retirement.cycles < kShortLoop;
  site.is_unclear = site.expected > kHardlyElse || is_short || by_jump;
  return site;
}

}  // namespace boundscope
