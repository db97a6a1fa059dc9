#include "target/symbols/file_symbols.h"

#include "target/symbols/demangle.h"
#include "target/symbols/elf_symbols.h"
#include "target/symbols/memory_file.h"
#include "target/symbols/xz.h"

namespace boundscope {
namespace {

constexpr std::size_t kMostDebugData = 16 * 1024 * 1024;  // packed; large programs have 1 MB
constexpr std::size_t kMostUnpackedDebugData = 128 * 1024 * 1024;

// Fills one builder from the tables of several files.
class TableReader {
 public:
  TableReader(const std::string& path, const SymbolSources& sources)
      : path_(path), sources_(sources), builder_(sources.limits.symbols_per_file) {}

  void add(const ElfFile& file, ElfTable table) {
    switch (add_functions(file, table, sources_.limits.name_bytes_per_file, builder_)) {
      case TableState::absent:
      case TableState::complete:
        return;
      case TableState::cut:
        return add_problem("has more symbols than are read");
      case TableState::names_too_big:
        return add_problem("has a larger string table than is read");
    }
  }

  // The compressed ELF file inside of some stripped ones, which holds nothing but symbols.
  void add_debug_data(const ElfFile& file) {
    const auto packed = file.section(".gnu_debugdata", kMostDebugData);
    if (!packed) return;
    const auto bytes = decompress_xz(*packed, kMostUnpackedDebugData);
    const auto inner = ElfFile::open(bytes ? memory_file(*bytes) : UniqueFd{});
    if (!inner) return add_problem("has damaged symbols in .gnu_debugdata");
    sources_.budget.spend(inner->size());
    add(*inner, ElfTable::symtab);
  }

  // Of a file without a table of its own functions.
  PythonNames python_names(const ElfFile& file, const FunctionStarts& starts) {
    PythonNames names = PythonNames::read(file, starts);
    sources_.budget.spend(names.bytes_read());
    if (names.is_cut()) add_problem("has more tables of Python functions than are read");
    return names;
  }

  SymbolTable finish() && { return std::move(builder_).finish(); }

 private:
  void add_problem(const char* reason) { sources_.problems.add(path_, reason); }

  const std::string& path_;
  const SymbolSources& sources_;
  SymbolTableBuilder builder_;
};

}  // namespace

std::optional<FileSymbols> FileSymbols::read(const ElfFile& file, const std::string& path,
                                             const SymbolSources& sources) {
  if (!sources.budget.take(symbol_bytes(file))) return std::nullopt;
  FileSymbols symbols;
  TableReader reader(path, sources);
  // First, so that the names that others see are there even if the rest is too much.
  reader.add(file, ElfTable::dynsym);
  symbols.starts_ = FunctionStarts::read(file);
  if (file.has_section(".symtab")) {
    reader.add(file, ElfTable::symtab);
  } else if (const auto debug = find_debug_file(file, path, sources.folders, sources.budget)) {
    sources.budget.spend(symbol_bytes(*debug));
    reader.add(*debug, ElfTable::symtab);
  } else if (file.has_section(".gnu_debugdata")) {
    reader.add_debug_data(file);
  } else {
    symbols.python_ = reader.python_names(file, symbols.starts_);
  }
  symbols.table_ = std::move(reader).finish();
  symbols.segments_ = file.segments();
  symbols.go_ = GoSymbols::read(file);
  sources.budget.spend(symbols.bytes());
  return symbols;
}

std::optional<std::uint64_t> FileSymbols::address_of(std::uint64_t file_offset) const {
  for (const ElfPiece& segment : segments_) {
    const std::uint64_t into = file_offset - segment.offset;
    if (segment.executable && file_offset >= segment.offset && into < segment.size)
      return segment.address + into;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> FileSymbols::offset_of(std::uint64_t address) const {
  for (const ElfPiece& segment : segments_) {
    const std::uint64_t into = address - segment.address;
    if (segment.executable && address >= segment.address && into < segment.size)
      return segment.offset + into;
  }
  return std::nullopt;
}

void FileSymbols::resolve(std::uint64_t file_offset, Frame& frame) const {
  frame.offset = file_offset;
  const auto address = address_of(file_offset);
  if (!address) return;
  if (go_) frame.symbol = go_->name_of(*address).substr(0, kLongestSymbol);
  if (frame.symbol.empty()) frame.symbol = demangle(table_.find(*address).name);
  if (!frame.symbol.empty()) {
    frame.offset = 0;
    return;
  }
  // A start that lies in a named function is that function's: this code has no unwind information.
  const auto start = starts_.before(*address);
  const bool is_own = start && *start >= table_.previous_end(*address);
  if (is_own) frame.symbol = python_.name_at(*start);
  if (!frame.symbol.empty()) {
    frame.offset = 0;
    return;
  }
  const Neighbours neighbours = table_.around(*address);
  frame.previous = demangle(neighbours.previous);
  frame.next = demangle(neighbours.next);
  if (is_own) frame.offset = offset_of(*start).value_or(file_offset);
}

std::size_t FileSymbols::bytes() const {
  return sizeof *this + table_.bytes() + starts_.bytes() + (go_ ? go_->bytes() : 0) +
         python_.bytes();
}

}  // namespace boundscope
