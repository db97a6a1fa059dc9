#include "target/gc/usdt_notes.h"

#include <elf.h>

#include <cstring>
#include <optional>

namespace boundscope {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kSectionLimit = 4u << 20;
constexpr std::uint32_t kUsdtType = 3;
constexpr std::string_view kUsdtOwner = "stapsdt\0"sv;
constexpr std::size_t kWord = 8;
constexpr std::size_t kNameLimit = 256;

// The next `size` bytes, padded to four; empty if they are not all there.
std::optional<std::string_view> take(std::string_view& rest, std::uint32_t size) {
  if (size > rest.size()) return std::nullopt;
  const std::string_view taken = rest.substr(0, size);
  const std::uint64_t padded = (std::uint64_t{size} + 3) / 4 * 4;
  rest.remove_prefix(padded < rest.size() ? padded : rest.size());
  return taken;
}

std::optional<std::string_view> take_name(std::string_view& rest) {
  const auto end = rest.find('\0');
  if (end == std::string_view::npos || end == 0 || end > kNameLimit) return std::nullopt;
  const std::string_view name = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return name;
}

std::optional<UsdtNote> parse_note(std::string_view text) {
  std::uint64_t words[3];
  if (text.size() < sizeof words) return std::nullopt;
  std::memcpy(words, text.data(), sizeof words);
  text.remove_prefix(3 * kWord);
  const auto provider = take_name(text);
  const auto name = provider ? take_name(text) : std::nullopt;
  if (!name) return std::nullopt;
  return UsdtNote{words[0], words[1], words[2], *provider, *name};
}

}  // namespace

std::vector<UsdtNote> parse_usdt_notes(std::string_view section) {
  std::vector<UsdtNote> notes;
  while (section.size() >= sizeof(Elf64_Nhdr) && notes.size() < kMostUsdtNotes) {
    Elf64_Nhdr header;
    std::memcpy(&header, section.data(), sizeof header);
    section.remove_prefix(sizeof header);
    const auto owner = take(section, header.n_namesz);
    const auto text = owner ? take(section, header.n_descsz) : std::nullopt;
    if (!text) break;
    if (header.n_type != kUsdtType || *owner != kUsdtOwner) continue;
    if (const auto note = parse_note(*text)) notes.push_back(*note);
  }
  return notes;
}

UsdtProbes::UsdtProbes(const ElfFile& file)
    : section_(file.section(".note.stapsdt", kSectionLimit).value_or("")) {
  if (const auto base = file.section_piece(".stapsdt.base")) base_ = base->address;
}

std::vector<UsdtSite> UsdtProbes::sites(std::string_view provider, std::string_view name) const {
  std::vector<UsdtSite> found;
  for (const UsdtNote& note : parse_usdt_notes(section_)) {
    if (note.provider != provider || note.name != name) continue;
    // Notes are not corrected when a program is moved after it was linked (prelink).
    const std::uint64_t moved = base_ != 0 && note.base != 0 ? base_ - note.base : 0;
    found.push_back({note.pc + moved, note.semaphore != 0 ? note.semaphore + moved : 0});
  }
  return found;
}

}  // namespace boundscope
