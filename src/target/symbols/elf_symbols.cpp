#include "target/symbols/elf_symbols.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>

namespace boundscope {
namespace {

constexpr std::size_t kSymbolsPerRead = 64 * 1024;
constexpr std::uint64_t kNameBytesPerRead = 1024 * 1024;

std::uint32_t section_type(ElfTable table) {
  return table == ElfTable::symtab ? SHT_SYMTAB : SHT_DYNSYM;
}

const ElfSection* find_table(const ElfFile& file, std::uint32_t type) {
  const auto& sections = file.sections();
  const auto found = std::find_if(sections.begin(), sections.end(), [&](const ElfSection& section) {
    return section.type == type && section.link < sections.size() &&
           sections[section.link].type == SHT_STRTAB;
  });
  return found == sections.end() ? nullptr : &*found;
}

bool is_function_type(unsigned type) {
  return type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE;
}

// Turns rows of one table into entries.
class Converter {
 public:
  Converter(const ElfFile& file, bool is_dynamic, bool has_dynamic, SymbolTableBuilder& builder)
      : file_(file), is_dynamic_(is_dynamic), has_dynamic_(has_dynamic), builder_(builder) {}

  void add(const Elf64_Sym& symbol) {
    const unsigned type = ELF64_ST_TYPE(symbol.st_info);
    if (!is_function_type(type) || symbol.st_name == 0) return;
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx >= file_.sections().size()) return;
    const ElfSection& section = file_.sections()[symbol.st_shndx];
    if ((section.flags & SHF_EXECINSTR) == 0) return;
    const std::uint64_t into = symbol.st_value - section.address;
    if (symbol.st_value < section.address || into >= section.size) return;

    const bool is_global = ELF64_ST_BIND(symbol.st_info) != STB_LOCAL;
    constexpr auto kMax = std::numeric_limits<std::uint64_t>::max();
    const std::uint64_t section_end =
        section.address + std::min(section.size, kMax - section.address);
    builder_.add({.address = symbol.st_value,
                  .size = symbol.st_size,
                  .name = symbol.st_name,
                  .is_global = is_global,
                  // A static program exports nothing: its global names have to do.
                  .is_exported = is_global && (is_dynamic_ || !has_dynamic_),
                  .section_end = section_end});
  }

 private:
  const ElfFile& file_;
  bool is_dynamic_;
  bool has_dynamic_;
  SymbolTableBuilder& builder_;
};

bool add_names(const ElfFile& file, const ElfSection& names, std::size_t max_bytes,
               SymbolTableBuilder& builder) {
  const std::uint64_t size = std::min(names.size, file.size());
  if (size > max_bytes || !builder.begin_names(size)) return false;
  for (std::uint64_t at = 0; at < size;) {
    const std::string piece = file.read(names.offset + at, std::min(size - at, kNameBytesPerRead));
    if (piece.empty()) break;
    builder.append_names(piece);
    at += piece.size();
  }
  return true;
}

}  // namespace

TableState add_functions(const ElfFile& file, ElfTable table, std::size_t max_name_bytes,
                         SymbolTableBuilder& builder) {
  const ElfSection* rows = find_table(file, section_type(table));
  if (rows == nullptr) return TableState::absent;
  if (!add_names(file, file.sections()[rows->link], max_name_bytes, builder)) {
    return TableState::names_too_big;
  }
  const bool has_dynamic = find_table(file, SHT_DYNSYM) != nullptr;
  Converter converter(file, table == ElfTable::dynsym, has_dynamic, builder);
  const std::uint64_t rows_end = rows->offset + rows->size;  // wraps around: nothing is read
  for (std::uint64_t at = rows->offset; at < rows_end && !builder.is_full();) {
    const std::string bytes =
        file.read(at, std::min<std::uint64_t>(rows_end - at, kSymbolsPerRead * sizeof(Elf64_Sym)));
    for (std::size_t i = 0; i + sizeof(Elf64_Sym) <= bytes.size(); i += sizeof(Elf64_Sym)) {
      Elf64_Sym symbol;
      std::memcpy(&symbol, bytes.data() + i, sizeof symbol);
      converter.add(symbol);
    }
    if (bytes.size() < kSymbolsPerRead * sizeof(Elf64_Sym)) break;
    at += bytes.size();
  }
  return builder.is_full() ? TableState::cut : TableState::complete;
}

std::uint64_t symbol_bytes(const ElfFile& file) {
  std::uint64_t bytes = 0;
  for (const ElfTable table : {ElfTable::symtab, ElfTable::dynsym}) {
    const ElfSection* rows = find_table(file, section_type(table));
    if (rows == nullptr) continue;
    bytes += std::min(rows->size, file.size());
    bytes += std::min(file.sections()[rows->link].size, file.size());
  }
  return bytes;
}

}  // namespace boundscope
