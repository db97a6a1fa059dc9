#include "target/kernel_symbols.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::size_t kMostNameBytes = 12 * 1024 * 1024;  // 122 000 symbols have 2 MB
constexpr std::uint64_t kLongestFunction = 1 << 20;       // behind it is a gap between modules
constexpr std::string_view kFunctionTypes = "tTwW";

std::size_t leading_underscores(std::string_view name) {
  return std::min(name.find_first_not_of('_'), name.size());
}

}  // namespace

std::string_view KernelSymbols::name_of(const Symbol& symbol) const {
  return names_.c_str() + symbol.name;
}

void KernelSymbols::add(std::string_view line) {
  // address type name [\t[module]]
  const auto address = parse_number<std::uint64_t>(take_until(line, ' '), 16);
  const std::string_view type = take_until(line, ' ');
  const std::string_view name = take_until(line, '\t');
  const bool is_function =
      type.size() == 1 && kFunctionTypes.find(type[0]) != std::string_view::npos;
  if (!address || *address == 0 || !is_function || name.empty()) return;
  if (names_.size() + name.size() > kMostNameBytes) return;
  symbols_.push_back({*address, static_cast<std::uint32_t>(names_.size())});
  names_.append(name).push_back('\0');
}

void KernelSymbols::load() {
  loaded_ = true;
  // In pieces: the whole text is several times what is kept of it.
  const UniqueFd fd = open_regular(proc_.path("kallsyms"));
  if (!fd) return;
  std::array<char, 64 * 1024> chunk;
  std::string pending;
  ssize_t got = 0;
  while ((got = ::read(fd.get(), chunk.data(), chunk.size())) > 0) {
    pending.append(chunk.data(), static_cast<std::size_t>(got));
    std::string_view rest = pending;
    while (rest.find('\n') != std::string_view::npos) add(take_until(rest, '\n'));
    if (rest.size() > kSmallFile) return;  // no line of the kernel is that long
    pending.erase(0, pending.size() - rest.size());
  }
  // Of several names at one address, the one with the fewest underscores in front is the one people
  // know; among equals the kernel's order decides.
  std::stable_sort(symbols_.begin(), symbols_.end(), [&](const Symbol& a, const Symbol& b) {
    if (a.address != b.address) return a.address < b.address;
    return leading_underscores(name_of(a)) < leading_underscores(name_of(b));
  });
  const auto same = [](const Symbol& a, const Symbol& b) { return a.address == b.address; };
  symbols_.erase(std::unique(symbols_.begin(), symbols_.end(), same), symbols_.end());
  symbols_.shrink_to_fit();
}

bool KernelSymbols::hidden() {
  if (!loaded_) load();
  return symbols_.empty();
}

Frame KernelSymbols::resolve(std::uint64_t address) {
  if (!loaded_) load();
  const auto above = std::upper_bound(
      symbols_.begin(), symbols_.end(), address,
      [](std::uint64_t value, const Symbol& symbol) { return value < symbol.address; });
  Frame frame{.module = "[kernel]", .symbol = "", .offset = address};
  if (above == symbols_.begin()) return frame;
  const Symbol& symbol = *std::prev(above);
  const std::uint64_t offset = address - symbol.address;
  if (offset > kLongestFunction) return frame;
  frame.symbol = name_of(symbol);
  frame.offset = offset;
  return frame;
}

}  // namespace boundscope
