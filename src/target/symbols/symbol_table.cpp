#include "target/symbols/symbol_table.h"

#include <algorithm>
#include <limits>

namespace boundscope {
namespace {

// A function may lie inside another one (hand-written assembly); more levels than this, or so many
// exported names apart, is not worth the time.
constexpr std::size_t kMostSteps = 64;
constexpr std::size_t kMostStepsToExported = 65536;
constexpr std::size_t kLongestName = 1025;  // so that one that is too long is seen to be
constexpr std::uint32_t kMax32 = std::numeric_limits<std::uint32_t>::max();

// The linker writes "memcpy@@GLIBC_2.14" into tables that are not for linking.
std::string_view without_version(std::string_view name) {
  const auto at = name.find('@', 1);
  return at == std::string_view::npos ? name : name.substr(0, at);
}

std::size_t leading_underscores(std::string_view name) {
  if (name.starts_with("_Z") || name.starts_with("_R")) return 0;  // mangled
  return std::min(name.find_first_not_of('_'), name.size());
}

}  // namespace

std::string_view SymbolTable::name_of(const Symbol& symbol) const {
  const std::string_view name = std::string_view(names_).substr(symbol.name, kLongestName);
  return without_version(name.substr(0, name.find('\0')));
}

std::size_t SymbolTable::index_above(std::uint64_t address) const {
  const auto above = std::upper_bound(
      symbols_.begin(), symbols_.end(), address,
      [](std::uint64_t value, const Symbol& symbol) { return value < symbol.address; });
  return static_cast<std::size_t>(above - symbols_.begin());
}

NamedRange SymbolTable::find(std::uint64_t address) const {
  std::size_t index = index_above(address);
  for (std::size_t steps = 0; index > 0 && steps < kMostSteps; ++steps) {
    const Symbol& symbol = symbols_[--index];
    if (address - symbol.address < symbol.size) return {name_of(symbol), symbol.address};
  }
  return {};
}

Neighbours SymbolTable::around(std::uint64_t address) const {
  Neighbours result;
  const std::size_t above = index_above(address);
  const std::size_t first = above > kMostStepsToExported ? above - kMostStepsToExported : 0;
  const std::size_t last = std::min(symbols_.size(), above + kMostStepsToExported);
  for (std::size_t i = above; i > first && result.previous.empty(); --i) {
    if (symbols_[i - 1].is_exported) result.previous = name_of(symbols_[i - 1]);
  }
  for (std::size_t i = above; i < last && result.next.empty(); ++i) {
    if (symbols_[i].is_exported) result.next = name_of(symbols_[i]);
  }
  return result;
}

std::uint64_t SymbolTable::previous_end(std::uint64_t address) const {
  const std::size_t above = index_above(address);
  if (above == 0) return 0;
  return symbols_[above - 1].address + symbols_[above - 1].size;
}

std::size_t SymbolTable::bytes() const {
  return symbols_.capacity() * sizeof(Symbol) + names_.capacity();
}

bool SymbolTableBuilder::begin_names(std::size_t size) {
  std::string& names = table_.names_;
  names.push_back('\0');  // ends the last name of the table before
  names_begin_ = names.size();
  if (size > kMax32 - names_begin_) return false;
  names.reserve(names_begin_ + size);
  return true;
}

std::uint32_t SymbolTableBuilder::section_index(std::uint64_t end) {
  // Symbols of a section mostly come together.
  if (section_ends_.empty() || section_ends_.back() != end) section_ends_.push_back(end);
  return static_cast<std::uint32_t>(section_ends_.size() - 1);
}

bool SymbolTableBuilder::add(const Entry& entry) {
  if (is_full() || entry.name >= table_.names_.size() - names_begin_) return false;
  Symbol symbol;
  symbol.address = entry.address;
  const std::uint64_t room = entry.section_end - std::min(entry.address, entry.section_end);
  symbol.size = static_cast<std::uint32_t>(std::min<std::uint64_t>({entry.size, room, kMax32}));
  symbol.name = static_cast<std::uint32_t>(names_begin_ + entry.name);
  symbol.section = section_index(entry.section_end);
  symbol.is_sized = entry.size > 0;
  symbol.is_global = entry.is_global;
  symbol.is_exported = entry.is_exported;
  table_.symbols_.push_back(symbol);
  return true;
}

// Which of two names of one function people know it by.
bool SymbolTableBuilder::is_better(const Symbol& a, const Symbol& b) const {
  if (a.is_sized != b.is_sized) return a.is_sized;
  if (a.is_global != b.is_global) return a.is_global;
  const std::string_view name_a = table_.name_of(a);
  const std::string_view name_b = table_.name_of(b);
  const std::size_t underscores_a = leading_underscores(name_a);
  const std::size_t underscores_b = leading_underscores(name_b);
  if (underscores_a != underscores_b) return underscores_a < underscores_b;
  if (name_a.size() != name_b.size()) return name_a.size() < name_b.size();
  return name_a < name_b;
}

// Labels inside a function of known size are no functions.
void SymbolTableBuilder::drop_labels() {
  std::uint64_t end = 0;
  std::erase_if(table_.symbols_, [&](const Symbol& symbol) {
    if (!symbol.is_sized) return symbol.address < end;
    end = std::max(end, symbol.address + symbol.size);
    return false;
  });
}

void SymbolTableBuilder::extend_unsized() {
  std::vector<Symbol>& symbols = table_.symbols_;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (symbols[i].is_sized) continue;
    std::uint64_t end = section_ends_[symbols[i].section];
    if (i + 1 < symbols.size()) end = std::min(end, symbols[i + 1].address);
    const std::uint64_t size = end - std::min(end, symbols[i].address);
    symbols[i].size = static_cast<std::uint32_t>(std::min<std::uint64_t>(size, kMax32));
  }
}

SymbolTable SymbolTableBuilder::finish() && {
  std::vector<Symbol>& symbols = table_.symbols_;
  std::sort(symbols.begin(), symbols.end(),
            [](const Symbol& a, const Symbol& b) { return a.address < b.address; });
  // The best one of an address stays; that one of its names is exported stays known.
  std::size_t kept = 0;
  for (const Symbol& symbol : symbols) {
    if (kept == 0 || symbols[kept - 1].address != symbol.address) {
      symbols[kept++] = symbol;
      continue;
    }
    Symbol& best = symbols[kept - 1];
    const bool is_exported = best.is_exported || symbol.is_exported;
    if (is_better(symbol, best)) best = symbol;
    best.is_exported = is_exported;
  }
  symbols.resize(kept);
  drop_labels();
  extend_unsized();
  symbols.shrink_to_fit();
  return std::move(table_);
}

}  // namespace boundscope
