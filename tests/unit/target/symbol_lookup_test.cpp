// A few functions by name, however the file spells and sorts them.
#include "target/gc/symbol_lookup.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <algorithm>
#include <string>

#include "support/proc_tree.h"
#include "unit/target/elf_image.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

ElfFile file_with(const TempFolder& folder, const std::string& bytes) {
  folder.write("program", bytes);
  auto file = ElfFile::open(UniqueFd(::open(folder.path("program").c_str(), O_RDONLY | O_CLOEXEC)));
  REQUIRE(file);
  return *std::move(file);
}

std::vector<FoundSymbol> find_in(const std::vector<ImageSymbol>& symbols,
                                 const std::vector<WantedSymbol>& wanted) {
  const TempFolder folder;
  const ElfFile file = file_with(folder, ElfImage().symtab(symbols).bytes());
  return find_symbols(file, ElfTable::symtab, wanted);
}

}  // namespace

TEST_CASE("symbol lookup: functions are found by their whole name") {
  const auto found = find_in({{"other", 0x401000},
                              {"collect", 0x401010},
                              {"collect_all", 0x401020},
                              {"recollect", 0x401030}},
                             {{"other"}, {"collect"}});
  REQUIRE(found.size() == 2);
  CHECK(found[0].wanted == 0);
  CHECK(found[0].address == 0x401000);
  CHECK(found[1].wanted == 1);
  CHECK(found[1].address == 0x401010);
}

TEST_CASE("symbol lookup: variants that the compiler made count, parts that it cut off do not") {
  const auto found = find_in({{"f", 0x401000},
                              {"f.constprop.0", 0x401010},
                              {"f.isra.0.lto_priv.12", 0x401020},
                              {"f.cold", 0x401030},
                              {"f.part.0", 0x401040},
                              {"f.constprop.0.cold", 0x401050},
                              {"f.isra.", 0x401060}},
                             {{"f"}});
  REQUIRE(found.size() == 3);
  CHECK(std::all_of(found.begin(), found.end(),
                    [](const FoundSymbol& symbol) { return symbol.address <= 0x401020; }));
}

TEST_CASE("symbol lookup: a prefix finds what begins so, but no parts") {
  const auto found =
      find_in({{"_ZN4StopEv", 0x401000}, {"_ZN4StopEi.cold", 0x401010}, {"x_ZN4Stop", 0x401020}},
              {{"_ZN4StopE", true}});
  REQUIRE(found.size() == 1);
  CHECK(found[0].address == 0x401000);
}

TEST_CASE("symbol lookup: variables and functions of other files do not count") {
  const auto found =
      find_in({{"f", 0x401000, 8, STT_OBJECT}, {"f", 0, 0, STT_FUNC, STB_GLOBAL, 0}}, {{"f"}});
  CHECK(found.empty());
}

TEST_CASE("symbol lookup: names of one function at one place are one") {
  CHECK(find_in({{"f", 0x401000}, {"f", 0x401000}}, {{"f"}}).size() == 1);
}

TEST_CASE("symbol lookup: a name that stands where the search steps on is found once") {
  constexpr std::size_t kStep = 1u << 20;
  for (const std::size_t shift : {0u, 3u, 7u, 8u, 9u, 20u}) {
    const std::string filler(kStep - shift, 'x');
    const auto found =
        find_in({{filler, 0x401000}, {"wanted_function", 0x401010}}, {{"wanted_function"}});
    REQUIRE(found.size() == 1);
    CHECK(found[0].address == 0x401010);
  }
}

TEST_CASE("symbol lookup: a name that too many functions have tells nothing") {
  std::vector<ImageSymbol> symbols;
  for (std::uint64_t i = 0; i <= kMostFoundSymbols; ++i) symbols.push_back({"f", 0x401000 + i});
  CHECK(find_in(symbols, {{"f"}}).empty());
}

TEST_CASE("symbol lookup: names made to cost time end the search") {
  std::string names;
  for (int i = 0; i < 100'000; ++i) names += "collect";
  CHECK(find_in({{names, 0x401000}, {"collect", 0x401010}}, {{"collect"}}).empty());
}

TEST_CASE("symbol lookup: the tables are searched one by one") {
  const TempFolder folder;
  const ElfFile file =
      file_with(folder, ElfImage().symtab({{"f", 0x401000}}).dynsym({{"g", 0x401010}}).bytes());
  CHECK(find_symbols(file, ElfTable::symtab, {{"f"}, {"g"}}).size() == 1);
  CHECK(find_symbols(file, ElfTable::dynsym, {{"f"}}).empty());
  CHECK(are_named(file, ElfTable::dynsym, {0x401010, 0x401000}) == std::vector<bool>{true, false});
}

TEST_CASE("symbol lookup: a file that is cut off anywhere has no such function or the right one") {
  const std::string whole = ElfImage().symtab({{"f", 0x401000}}).bytes();
  for (std::size_t size = 64; size < whole.size(); size += 61) {
    const TempFolder folder;
    folder.write("program", whole.substr(0, size));
    const auto file =
        ElfFile::open(UniqueFd(::open(folder.path("program").c_str(), O_RDONLY | O_CLOEXEC)));
    if (!file) continue;
    for (const FoundSymbol& found : find_symbols(*file, ElfTable::symtab, {{"f"}}))
      CHECK(found.address == 0x401000);
  }
}
