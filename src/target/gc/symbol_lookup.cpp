#include "target/gc/symbol_lookup.h"

#include <elf.h>

#include <algorithm>
#include <cctype>
#include <cstring>
#include <map>
#include <optional>
#include <string>

namespace boundscope {
namespace {

constexpr std::uint64_t kTableLimit = 128u << 20;  // of names, and of symbols
constexpr std::size_t kPiece = 1u << 20;
constexpr std::size_t kLongestName = 1024;
constexpr std::size_t kMostNames = 4096;       // that are wanted ones
constexpr std::size_t kMostLooks = 64 * 1024;  // at what holds a wanted one

struct Tables {
  const ElfSection* symbols = nullptr;
  const ElfSection* names = nullptr;
};

std::optional<Tables> tables_of(const ElfFile& file, ElfTable table) {
  const std::uint32_t type = table == ElfTable::symtab ? SHT_SYMTAB : SHT_DYNSYM;
  for (const ElfSection& section : file.sections()) {
    if (section.type != type || section.link >= file.sections().size()) continue;
    return Tables{&section, &file.sections()[section.link]};
  }
  return std::nullopt;
}

// Calls visit(symbol) for every function that is defined in the file, until it returns false.
template <class Visit>
void each_function(const ElfFile& file, const ElfSection& table, Visit visit) {
  constexpr std::uint64_t kStep = kPiece / sizeof(Elf64_Sym) * sizeof(Elf64_Sym);
  const std::uint64_t size = std::min(table.size, kTableLimit);
  for (std::uint64_t at = 0; at < size; at += kStep) {
    const std::string piece = file.read(table.offset + at, std::min(kStep, size - at));
    for (std::size_t i = 0; i + sizeof(Elf64_Sym) <= piece.size(); i += sizeof(Elf64_Sym)) {
      Elf64_Sym symbol;
      std::memcpy(&symbol, piece.data() + i, sizeof symbol);
      if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_shndx == SHN_UNDEF) continue;
      if (!visit(symbol)) return;
    }
    if (piece.size() < kStep) return;
  }
}

// ".constprop.0", ".isra.3.lto_priv.12": the function itself, made for its callers.
bool is_variant(std::string_view suffix) {
  constexpr std::string_view kVariants[] = {".constprop.", ".isra.", ".lto_priv."};
  while (!suffix.empty()) {
    const auto* const variant =
        std::find_if(std::begin(kVariants), std::end(kVariants),
                     [&](std::string_view name) { return suffix.starts_with(name); });
    if (variant == std::end(kVariants)) return false;
    suffix.remove_prefix(variant->size());
    const auto digits = suffix.find_first_not_of("0123456789");
    if (digits == 0 || suffix.empty()) return false;
    suffix.remove_prefix(std::min(digits, suffix.size()));
  }
  return true;
}

bool fits(const WantedSymbol& wanted, std::string_view rest) {
  return wanted.is_prefix ? rest.find('.') == std::string_view::npos : is_variant(rest);
}

struct NameSearch {
  std::multimap<std::uint64_t, std::size_t> places;  // in the table; which is wanted
  std::size_t looks = 0;

  // Real names never come near that; they would only cost time.
  bool is_hopeless() const { return places.size() >= kMostNames || looks >= kMostLooks; }
};

// The wanted names in one piece of the table. Pieces overlap, so that no name is cut in two.
void search_names(std::string_view piece, std::uint64_t piece_at, std::size_t end,
                  const std::vector<WantedSymbol>& wanted, NameSearch& search) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const std::string_view text = wanted[i].text;
    for (std::size_t at = 0; at < end && !search.is_hopeless(); ++at) {
      const void* found = memmem(piece.data() + at, piece.size() - at, text.data(), text.size());
      if (found == nullptr) break;
      at = static_cast<std::size_t>(static_cast<const char*>(found) - piece.data());
      if (at >= end) break;  // the next piece has it, too
      ++search.looks;
      const std::string_view rest = piece.substr(at + text.size(), kLongestName);
      const auto length = rest.find('\0');
      if (length == std::string_view::npos || !fits(wanted[i], rest.substr(0, length))) continue;
      search.places.emplace(piece_at + at, i);
    }
  }
}

NameSearch find_names(const ElfFile& file, const ElfSection& table,
                      const std::vector<WantedSymbol>& wanted) {
  NameSearch search;
  const std::uint64_t size = std::min(table.size, kTableLimit);
  for (std::uint64_t at = 0; at < size; at += kPiece) {
    const std::uint64_t length = std::min<std::uint64_t>(kPiece + 2 * kLongestName, size - at);
    const std::string piece = file.read(table.offset + at, length);
    search_names(piece, at, std::min(kPiece, piece.size()), wanted, search);
    if (piece.size() < length || search.is_hopeless()) break;
  }
  return search;
}

}  // namespace

std::vector<FoundSymbol> find_symbols(const ElfFile& file, ElfTable table,
                                      const std::vector<WantedSymbol>& wanted) {
  std::vector<FoundSymbol> found;
  const auto tables = tables_of(file, table);
  if (!tables) return found;
  const NameSearch search = find_names(file, *tables->names, wanted);
  if (search.places.empty() || search.is_hopeless()) return found;
  each_function(file, *tables->symbols, [&](const Elf64_Sym& symbol) {
    const auto [begin, end] = search.places.equal_range(symbol.st_name);
    for (auto place = begin; place != end; ++place) {
      const bool is_known = std::any_of(found.begin(), found.end(), [&](const FoundSymbol& other) {
        return other.wanted == place->second && other.address == symbol.st_value;
      });
      if (!is_known) found.push_back({place->second, symbol.st_value});
    }
    return found.size() <= kMostFoundSymbols;
  });
  if (found.size() > kMostFoundSymbols) found.clear();
  return found;
}

std::vector<bool> are_named(const ElfFile& file, ElfTable table,
                            const std::vector<std::uint64_t>& addresses) {
  std::vector<bool> named(addresses.size());
  const auto tables = tables_of(file, table);
  if (!tables) return named;
  each_function(file, *tables->symbols, [&](const Elf64_Sym& symbol) {
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      if (addresses[i] == symbol.st_value) named[i] = true;
    }
    return true;
  });
  return named;
}

}  // namespace boundscope
