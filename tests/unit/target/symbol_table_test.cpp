// Which function covers an address, and which of its names is the one.
#include "target/symbols/symbol_table.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace boundscope;

namespace {

constexpr std::uint64_t kSectionEnd = 0x9000;

struct Function {
  std::string name;
  std::uint64_t address = 0;
  std::uint64_t size = 0;
  bool is_global = true;
  bool is_exported = true;
};

SymbolTable table_of(const std::vector<Function>& functions, std::size_t limit = 1000) {
  std::string names(1, '\0');
  std::vector<SymbolTableBuilder::Entry> entries;
  for (const Function& function : functions) {
    entries.push_back({function.address, function.size, static_cast<std::uint32_t>(names.size()),
                       function.is_global, function.is_exported, kSectionEnd});
    names.append(function.name).push_back('\0');
  }
  SymbolTableBuilder builder(limit);
  REQUIRE(builder.begin_names(names.size()));
  builder.append_names(names);
  for (const auto& entry : entries) builder.add(entry);
  return std::move(builder).finish();
}

}  // namespace

TEST_CASE("symbol table: a function covers its addresses and no others") {
  const SymbolTable table = table_of({{"b", 0x2000, 0x10}, {"a", 0x1000, 0x10}});

  CHECK(table.find(0xfff).name.empty());
  CHECK(table.find(0x1000).name == "a");
  CHECK(table.find(0x100f).name == "a");
  CHECK(table.find(0x1010).name.empty());
  CHECK(table.find(0x2005).name == "b");
  CHECK(table.find(0x2005).start == 0x2000);
  CHECK(table.find(~0ull).name.empty());
  CHECK(SymbolTable().find(0).name.empty());
}

TEST_CASE("symbol table: a function without a size reaches to the next or the section's end") {
  const SymbolTable table =
      table_of({{"asm_a", 0x1000, 0}, {"b", 0x2000, 0x10}, {"asm_c", 0x3000, 0}});

  CHECK(table.find(0x1fff).name == "asm_a");
  CHECK(table.find(0x2fff).name.empty());
  CHECK(table.find(kSectionEnd - 1).name == "asm_c");
  CHECK(table.find(kSectionEnd).name.empty());
}

TEST_CASE("symbol table: labels inside a function of known size do not cut it") {
  const SymbolTable table = table_of({{"whole", 0x1000, 0x100}, {"label", 0x1010, 0}});

  CHECK(table.find(0x1020).name == "whole");
  CHECK(table.size() == 1);
}

TEST_CASE("symbol table: behind a function that lies in another one, the outer one goes on") {
  const SymbolTable table = table_of({{"outer", 0x1000, 0x100}, {"inner", 0x1010, 0x10}});

  CHECK(table.find(0x1018).name == "inner");
  CHECK(table.find(0x1020).name == "outer");
}

TEST_CASE("symbol table: of several names the global one counts, then the one people know") {
  const SymbolTable table = table_of({{"__libc_free", 0x1000, 0x10},
                                      {"cfree", 0x1000, 0x10},
                                      {"free", 0x1000, 0x10},
                                      {"f", 0x1000, 0x10, false},
                                      {"x", 0x1000, 0},
                                      {"_a", 0x2000, 0x10},
                                      {"public", 0x2000, 0x10}});

  CHECK(table.find(0x1001).name == "free");
  CHECK(table.find(0x2001).name == "public");
  CHECK(table.size() == 2);
}

TEST_CASE("symbol table: the version behind a name is no part of it") {
  const SymbolTable table =
      table_of({{"memcpy@@GLIBC_2.14", 0x1000, 0x10}, {"@odd", 0x2000, 0x10}});

  CHECK(table.find(0x1000).name == "memcpy");
  CHECK(table.find(0x2000).name == "@odd");
}

TEST_CASE("symbol table: neighbours of an address are the exported names around it") {
  const SymbolTable table = table_of({{"first", 0x1000, 0x10},
                                      {"local", 0x2000, 0x10, false, false},
                                      {"other_local", 0x4000, 0x10, false, false},
                                      {"last", 0x5000, 0x10}});

  CHECK(table.around(0x3000).previous == "first");
  CHECK(table.around(0x3000).next == "last");
  CHECK(table.around(0x500).previous.empty());
  CHECK(table.around(0x500).next == "first");
  CHECK(table.around(0x6000).next.empty());
  CHECK(table.previous_end(0x3000) == 0x2010);
}

TEST_CASE("symbol table: entries that make no sense are bounded by their section") {
  const SymbolTable table = table_of({{"huge", 0x1000, ~0ull}, {"outside", ~0ull, ~0ull}});

  CHECK(table.find(kSectionEnd - 1).name == "huge");
  CHECK(table.find(kSectionEnd).name.empty());
  CHECK(table.find(~0ull).name.empty());
}

TEST_CASE("symbol table: symbols beyond the limit and names outside of the table are refused") {
  SymbolTableBuilder builder(1);
  REQUIRE(builder.begin_names(3));
  builder.append_names("abc");

  CHECK_FALSE(builder.add({.address = 1, .size = 1, .name = 3, .section_end = 9}));
  CHECK(builder.add({.address = 1, .size = 1, .name = 2, .section_end = 9}));
  CHECK_FALSE(builder.add({.address = 2, .size = 1, .name = 0, .section_end = 9}));
  CHECK(builder.is_full());
  CHECK(std::move(builder).finish().find(1).name == "c");
}

TEST_CASE("symbol table: a million functions cost 24 bytes each and the names") {
  constexpr std::size_t kCount = 1'000'000;
  SymbolTableBuilder builder(kCount);
  REQUIRE(builder.begin_names(3));
  builder.append_names(std::string("\0f\0", 3));
  for (std::size_t i = 0; i < kCount; ++i) {
    builder.add({.address = (kCount - i) * 16, .size = 16, .name = 1, .section_end = ~0ull});
  }
  const SymbolTable table = std::move(builder).finish();

  CHECK(table.size() == kCount);
  CHECK(table.bytes() < 25 * kCount);
  CHECK(table.find(kCount / 2 * 16 + 3).start == kCount / 2 * 16);
}
