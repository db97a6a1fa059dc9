// The symbol tables of an ELF file: which functions it has and where.
#pragma once

#include <cstddef>
#include <cstdint>

#include "target/elf_file.h"
#include "target/symbols/symbol_table.h"

namespace boundscope {

enum class ElfTable { symtab, dynsym };
enum class TableState {
  absent,
  complete,
  cut,            // the builder is full
  names_too_big,  // nothing was added
};

// Adds the functions of one table; symbols that make no sense are left out.
TableState add_functions(const ElfFile& file, ElfTable table, std::size_t max_name_bytes,
                         SymbolTableBuilder& builder);

// What reading both tables takes, by what the file says of itself.
std::uint64_t symbol_bytes(const ElfFile& file);

}  // namespace boundscope
