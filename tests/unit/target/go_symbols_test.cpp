// Names of Go functions, from files that are made here in the layouts of all Go versions, and what
// hostile files can do about it.
#include "target/symbols/go_symbols.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "support/proc_tree.h"
#include "unit/target/go_program.h"

using namespace boundscope;
using boundscope::test::GoProgram;
using boundscope::test::TempFolder;

namespace {

using Version = GoProgram::Version;

constexpr Version kVersions[] = {Version::go1_2, Version::go1_16, Version::go1_18, Version::go1_20,
                                 Version::go1_26};

std::optional<GoSymbols> read(const std::string& bytes) {
  TempFolder folder;
  folder.write("program", bytes);
  const auto file =
      ElfFile::open(UniqueFd(::open(folder.path("program").c_str(), O_RDONLY | O_CLOEXEC)));
  return file ? GoSymbols::read(*file) : std::nullopt;
}

void check_names(const std::optional<GoSymbols>& symbols) {
  REQUIRE(symbols);
  CHECK(symbols->functions() == 3);
  CHECK(symbols->name_of(0x401000) == "runtime.text");
  CHECK(symbols->name_of(0x40103f) == "runtime.text");
  CHECK(symbols->name_of(0x401040) == "main.(*T).Method");
  CHECK(symbols->name_of(0x4010ff) == "main.Max[...]");
}

// A program whose 8 bytes at `at` of the table are `value`.
std::string with_word(GoProgram program, std::size_t at, std::uint64_t value) {
  std::string bytes = program.bytes();
  std::memcpy(bytes.data() + GoProgram::kTableAt + at, &value, sizeof value);
  return bytes;
}

}  // namespace

TEST_CASE("go symbols: functions have their names in the layout of every version") {
  for (const Version version : kVersions) {
    CAPTURE(static_cast<std::uint32_t>(version));
    GoProgram program;
    program.version = version;
    check_names(read(program.bytes()));
  }
}

TEST_CASE("go symbols: a position-independent program's addresses come from its relocations") {
  for (const Version version : kVersions) {
    CAPTURE(static_cast<std::uint32_t>(version));
    GoProgram program;
    program.version = version;
    program.position_independent = true;
    check_names(read(program.bytes()));
  }
}

TEST_CASE("go symbols: a program without section headers is searched for its table") {
  for (const Version version : kVersions) {
    for (const bool position_independent : {false, true}) {
      CAPTURE(static_cast<std::uint32_t>(version));
      CAPTURE(position_independent);
      GoProgram program;
      program.version = version;
      program.position_independent = position_independent;
      program.section_headers = false;
      check_names(read(program.bytes()));
    }
  }
}

// Node has 100 MB to look through, and sections that are not Go's.
TEST_CASE("go symbols: a program with sections is not searched for a table that none of them is") {
  std::string bytes = GoProgram{}.bytes();
  const std::string section = ".gopclntab";
  REQUIRE(bytes.find(section) != std::string::npos);
  bytes.replace(bytes.find(section), section.size(), ".something");
  CHECK_FALSE(read(bytes));
}

TEST_CASE("go symbols: addresses outside the Go code have no name") {
  for (const Version version : kVersions) {
    CAPTURE(static_cast<std::uint32_t>(version));
    GoProgram program;
    program.version = version;
    const auto symbols = read(program.bytes());
    REQUIRE(symbols);
    CHECK(symbols->name_of(0) == "");
    CHECK(symbols->name_of(0x400fff) == "");
    CHECK(symbols->name_of(0x401100) == "");
    CHECK(symbols->name_of(~std::uint64_t{0}) == "");
  }
}

TEST_CASE("go symbols: a file without a table is no Go program") {
  CHECK(!read(""));
  CHECK(!read("#!/bin/sh\n"));
  CHECK(!read(GoProgram{}.bytes().substr(0, GoProgram::kTableAt)));
}

TEST_CASE("go symbols: a table of an unknown version is not guessed at") {
  CHECK(!read(with_word({}, 0, 0x08010000'fffffff2)));
}

TEST_CASE("go symbols: counts and offsets beyond the file are refused") {
  constexpr std::size_t kCountAt = 8;
  constexpr std::size_t kNamesAt = 32;
  constexpr std::size_t kNamesEndAt = 40;
  constexpr std::size_t kFunctionsAt = 64;
  for (const std::uint64_t value :
       {std::uint64_t{0}, std::uint64_t{1} << 20, std::uint64_t{1} << 61, ~std::uint64_t{0}}) {
    CAPTURE(value);
    CHECK(!read(with_word({}, kCountAt, value)));
    CHECK(!read(with_word({}, kFunctionsAt, value)));
  }
  CHECK(!read(with_word({}, kNamesAt, ~std::uint64_t{0})));
  CHECK(!read(with_word({}, kNamesEndAt, ~std::uint64_t{0})));
}

TEST_CASE("go symbols: functions out of order are refused") {
  GoProgram program;
  std::swap(program.functions[1].address, program.functions[2].address);

  CHECK(!read(program.bytes()));
}

TEST_CASE("go symbols: a name without an end is cut") {
  GoProgram program;
  program.functions.back().name.assign(100'000, 'x');

  const auto symbols = read(program.bytes());

  REQUIRE(symbols);
  CHECK(symbols->name_of(0x401080).size() < 10'000);
}

TEST_CASE("go symbols: a truncated file never yields more than its bytes") {
  for (const Version version : kVersions) {
    GoProgram program;
    program.version = version;
    program.position_independent = true;
    program.section_headers = false;
    const std::string whole = program.bytes();
    for (std::size_t size = 0; size < whole.size(); size += 7) {
      const auto symbols = read(whole.substr(0, size));
      if (symbols) CHECK(symbols->bytes() <= size);
    }
  }
}
