// The functions of one file, found by address.
//
// Names stay in the string tables they came in, so a million functions cost 24 bytes each and no
// allocation.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace boundscope {

struct NamedRange {
  std::string_view name;  // as in the file; empty: no function covers the address
  std::uint64_t start = 0;
};

// Exported names around an address; they live as long as the table.
struct Neighbours {
  std::string_view previous;
  std::string_view next;
};

class SymbolTable {
 public:
  NamedRange find(std::uint64_t address) const;
  Neighbours around(std::uint64_t address) const;

  // End of the last function that begins at or before the address; 0 if there is none.
  std::uint64_t previous_end(std::uint64_t address) const;

  std::size_t size() const { return symbols_.size(); }
  std::size_t bytes() const;  // memory held

 private:
  friend class SymbolTableBuilder;

  struct Symbol {
    std::uint64_t address = 0;
    std::uint32_t size = 0;  // an unsized one reaches to the next or to the end of its section
    std::uint32_t name = 0;  // where it begins in names_
    std::uint32_t section = 0;
    bool is_sized : 1 = false;
    bool is_global : 1 = false;
    bool is_exported : 1 = false;
  };
  static_assert(sizeof(Symbol) == 24);

  std::size_t index_above(std::uint64_t address) const;  // of the first symbol behind it
  std::string_view name_of(const Symbol& symbol) const;

  std::vector<Symbol> symbols_;  // by address, one per address
  std::string names_;
};

class SymbolTableBuilder {
 public:
  explicit SymbolTableBuilder(std::size_t max_symbols) : max_symbols_(max_symbols) {}

  struct Entry {
    std::uint64_t address = 0;
    std::uint64_t size = 0;    // 0: not known
    std::uint32_t name = 0;    // offset in the string table that was added last
    bool is_global = false;    // not local to its source file
    bool is_exported = false;  // other files can see it
    std::uint64_t section_end = 0;
  };
  // The string table of the entries that follow comes in pieces, so that it is not held twice.
  // False: all tables together are too large.
  bool begin_names(std::size_t size);
  void append_names(std::string_view piece) { table_.names_.append(piece); }
  // False: there are too many, or the name is outside of the string table.
  bool add(const Entry& entry);

  bool is_full() const { return table_.symbols_.size() >= max_symbols_; }
  SymbolTable finish() &&;

 private:
  using Symbol = SymbolTable::Symbol;

  std::uint32_t section_index(std::uint64_t end);
  bool is_better(const Symbol& a, const Symbol& b) const;
  void drop_labels();
  void extend_unsized();

  std::size_t max_symbols_;
  std::size_t names_begin_ = 0;  // of the string table that was added last
  std::vector<std::uint64_t> section_ends_;
  SymbolTable table_;
};

}  // namespace boundscope
