// From addresses of processes to names, in fake containers and in our own process.
#include "target/symbols/symbolizer.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <string>

#include "unit/target/symbol_fixture.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

constexpr pid_t kPid = SymbolTree::kPid;
constexpr std::uint64_t kStart = SymbolTree::kStart;

bool has_problem(const Symbolizer& symbolizer, std::string_view part) {
  for (const SymbolProblem& problem : symbolizer.problems()) {
    if (problem.reason.find(part) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("symbolizer: an address in a function has its module and its name") {
  SymbolTree tree;
  tree.file("/usr/bin/app", small_program().symtab({hidden_function()}).bytes());
  tree.map("/usr/bin/app");
  Symbolizer symbolizer = tree.symbolizer();

  CHECK(symbolizer.resolve(kPid, kStart + 0x104).module == "app");
  CHECK(symbolizer.resolve(kPid, kStart + 0x104).symbol == "first");
  CHECK(symbolizer.resolve(kPid, kStart + 0x20f).symbol == "hidden");
  CHECK(symbolizer.resolve(kPid, kStart + 0x20f).previous.empty());
  CHECK(symbolizer.problems().empty());
}

TEST_CASE("symbolizer: an address in no function has its neighbours and the function's start") {
  SymbolTree tree;
  constexpr std::uint64_t kFile = ElfImage::kText - ElfImage::kBase;
  tree.file(
      "/usr/bin/app",
      small_program().function_starts({ElfImage::kText + 0x100, ElfImage::kText + 0x180}).bytes());
  tree.map("/usr/bin/app");
  Symbolizer symbolizer = tree.symbolizer();

  const Frame frame = symbolizer.resolve(kPid, kStart + 0x204);

  CHECK(frame.symbol.empty());
  CHECK(frame.previous == "first");
  CHECK(frame.next == "second");
  CHECK(frame.offset == kFile + 0x180);
  // The start before this one is that of `first`, which ends before it.
  CHECK(symbolizer.resolve(kPid, kStart + 0x120).offset == kFile + 0x120);
}

TEST_CASE("symbolizer: memory of no process, without a file or without a mapping has no name") {
  SymbolTree tree;
  tree.add_line("1000-2000 rwxp 00000000 00:00 0 ");
  Symbolizer symbolizer = tree.symbolizer();

  CHECK(symbolizer.resolve(kPid, 0x1004).module == "[jit]");
  CHECK(symbolizer.resolve(kPid, 0x1004).offset == 0x1004);
  CHECK(symbolizer.resolve(kPid, 0x3000).module.empty());
  CHECK(symbolizer.resolve(4711, 0x1000).module.empty());
}

TEST_CASE("symbolizer: a replaced file is found through the mapping, not by its name") {
  SymbolTree tree;
  tree.file("/old", small_program().bytes());
  tree.map_as("/old", "/usr/bin/app (deleted)");
  tree.file("/usr/bin/app", ElfImage().dynsym({{"wrong", ElfImage::kText + 0x100, 0x10}}).bytes());
  Symbolizer symbolizer = tree.symbolizer();

  CHECK(symbolizer.resolve(kPid, kStart + 0x104).symbol == "");
  CHECK(symbolizer.resolve(kPid, kStart + 0x104).module == "app");
  CHECK(has_problem(symbolizer, "cannot be opened"));
  tree.tree.files.link("proc/70/map_files/7f0000001000-7f0000003000",
                       tree.tree.files.path("container/old"));
  tree.next_window(symbolizer);
  CHECK(symbolizer.resolve(kPid, kStart + 0x104).symbol == "first");
}

TEST_CASE("symbolizer: the executable is found through the process itself") {
  SymbolTree tree;
  tree.file("/old", small_program().bytes());
  tree.map_as("/old", "/gone (deleted)");
  tree.tree.files.link("proc/70/exe", tree.tree.files.path("container/old"));

  CHECK(tree.symbolizer().resolve(kPid, kStart + 0x104).symbol == "first");
}

TEST_CASE("symbolizer: links in a container do not lead out of it") {
  SymbolTree tree;
  tree.tree.files.write("secret", small_program().bytes());
  tree.file("/inside", small_program().bytes());
  tree.tree.files.link("container/usr/lib/up.so", "../../../../../../inside");
  tree.tree.files.link("container/usr/lib/absolute.so", "/inside");
  tree.tree.files.link("container/usr/lib/outside.so", tree.tree.files.path("secret"));
  tree.map_as("/inside", "/usr/lib/up.so", 0x10000);
  tree.map_as("/inside", "/usr/lib/absolute.so", 0x20000);
  tree.map_as("/../secret", "/usr/lib/outside.so", 0x30000);
  Symbolizer symbolizer = tree.symbolizer();

  CHECK(symbolizer.resolve(kPid, 0x10104).symbol == "first");
  CHECK(symbolizer.resolve(kPid, 0x20104).symbol == "first");
  CHECK(symbolizer.resolve(kPid, 0x30104).symbol == "");
}

TEST_CASE("symbolizer: what is no regular file is not opened") {
  SymbolTree tree;
  tree.file("/x", "");
  const std::string fifo = tree.tree.files.path("container/fifo");
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  tree.tree.files.link("container/cycle", "cycle");
  tree.tree.files.make_directory("container/folder");
  tree.map_as("/fifo", "/fifo", 0x10000);
  tree.map_as("/x", "/cycle", 0x20000);
  tree.map_as("/folder", "/folder", 0x30000);
  Symbolizer symbolizer = tree.symbolizer();

  for (const std::uint64_t address : {0x10104, 0x20104, 0x30104}) {
    CHECK(symbolizer.resolve(kPid, address).symbol == "");
  }
  CHECK(symbolizer.problems().size() == 3);
}

TEST_CASE("symbolizer: files that are no 64-bit little-endian ELF files are a problem, no names") {
  SymbolTree tree;
  std::string narrow = small_program().bytes();
  narrow[EI_CLASS] = ELFCLASS32;  // x32 programs, too
  std::string big = small_program().bytes();
  big[EI_DATA] = ELFDATA2MSB;
  std::uint64_t start = 0x10000;
  for (const std::string& bytes : {narrow, big, std::string("text"), std::string()}) {
    const std::string name = "/file" + std::to_string(start);
    tree.file(name, bytes);
    tree.map(name, start);
    start += 0x10000;
  }
  Symbolizer symbolizer = tree.symbolizer();

  for (std::uint64_t at = 0x10000; at < start; at += 0x10000) {
    CHECK(symbolizer.resolve(kPid, at + 0x104).symbol == "");
  }
  CHECK(symbolizer.problems().size() == 4);
  CHECK(has_problem(symbolizer, "is no 64-bit little-endian ELF file"));
}

TEST_CASE("symbolizer: processes that map one file share its symbols") {
  SymbolTree tree;
  tree.file("/usr/bin/app", small_program().bytes());
  Symbolizer symbolizer = tree.symbolizer();
  tree.map("/usr/bin/app");
  symbolizer.resolve(kPid, kStart + 0x104);
  const std::size_t bytes = symbolizer.cached_bytes();
  for (pid_t pid = 100; pid < 110; ++pid) {
    tree.process(pid);
    tree.map("/usr/bin/app", kStart, pid);
    CHECK(symbolizer.resolve(pid, kStart + 0x104).symbol == "first");
  }

  CHECK(symbolizer.cached_bytes() == bytes);
}

TEST_CASE("symbolizer: a process that ended keeps its names, also if others opened its files") {
  SymbolTree tree;
  tree.file("/usr/bin/app", small_program().bytes());
  tree.map("/usr/bin/app");
  tree.process(71);
  tree.map("/usr/bin/app", kStart, 71);
  Symbolizer symbolizer = tree.symbolizer();
  symbolizer.resolve(kPid, kStart + 0x104);
  symbolizer.resolve(71, 0);  // only its maps are known
  tree.next_window(symbolizer);
  tree.tree.gone(kPid);
  tree.tree.gone(71);

  CHECK(symbolizer.resolve(kPid, kStart + 0x304).symbol == "second");
  CHECK(symbolizer.resolve(71, kStart + 0x304).symbol == "second");
  CHECK(symbolizer.problems().empty());
}

TEST_CASE("symbolizer: new mappings are seen in the next window") {
  SymbolTree tree;
  tree.file("/usr/lib/late.so", small_program().bytes());
  Symbolizer symbolizer = tree.symbolizer();
  symbolizer.resolve(kPid, kStart + 0x104);
  tree.map("/usr/lib/late.so");

  CHECK(symbolizer.resolve(kPid, kStart + 0x104).module == "");
  tree.next_window(symbolizer);
  CHECK(symbolizer.resolve(kPid, kStart + 0x104).symbol == "first");
}

TEST_CASE("symbolizer: a file that was written to is read again") {
  SymbolTree tree;
  tree.file("/usr/bin/app", small_program().bytes());
  tree.map("/usr/bin/app");
  Symbolizer symbolizer = tree.symbolizer();
  symbolizer.resolve(kPid, kStart + 0x104);
  const auto renamed = ElfImage().dynsym({{"renamed_since", ElfImage::kText + 0x100, 0x10}});
  tree.file("/usr/bin/app", renamed.bytes());
  tree.next_window(symbolizer);

  CHECK(symbolizer.resolve(kPid, kStart + 0x104).symbol == "renamed_since");
}

TEST_CASE("symbolizer: memory stays bounded by forgetting files, and reading them by giving up") {
  SymbolTree tree;
  for (const std::uint64_t i : {1, 2, 3}) {
    tree.file("/lib" + std::to_string(i), small_program().bytes());
    tree.map("/lib" + std::to_string(i), i * 0x10000);
  }
  Symbolizer symbolizer = tree.symbolizer({.cache_bytes = 1});  // one file at a time

  for (const std::uint64_t round : {1, 2, 3, 4}) {
    for (const std::uint64_t i : {1, 2, 3}) {
      const Frame frame = symbolizer.resolve(kPid, i * 0x10000 + 0x100 + round);
      const bool is_cached = i == 3;  // the last one that could be read
      CHECK(frame.symbol == (round <= 2 || is_cached ? "first" : ""));
    }
  }
  CHECK(has_problem(symbolizer, "does not fit"));
  tree.next_window(symbolizer);
  CHECK(symbolizer.resolve(kPid, 0x10104).symbol == "first");
}

TEST_CASE("symbolizer: files that are too much to read in one window come in the next one") {
  SymbolTree tree;
  tree.file("/lib1", small_program().bytes());
  tree.file("/lib2", small_program().bytes());
  tree.map("/lib1", 0x10000);
  tree.map("/lib2", 0x20000);
  Symbolizer symbolizer = tree.symbolizer({.read_bytes_per_window = 150});

  CHECK(symbolizer.resolve(kPid, 0x10104).symbol == "first");
  CHECK(symbolizer.resolve(kPid, 0x20104).symbol == "");
  CHECK(has_problem(symbolizer, "too much to read"));
  tree.next_window(symbolizer);
  CHECK(symbolizer.resolve(kPid, 0x20104).symbol == "first");
}

TEST_CASE("symbolizer: more symbols or names than are read are a problem, not a failure") {
  SymbolTree tree;
  tree.file("/usr/bin/app", small_program().symtab({hidden_function()}).bytes());
  tree.map("/usr/bin/app");
  Symbolizer few = tree.symbolizer({.symbols_per_file = 2});
  Symbolizer nameless = tree.symbolizer({.name_bytes_per_file = 4});

  CHECK(few.resolve(kPid, kStart + 0x104).symbol == "first");
  CHECK(few.resolve(kPid, kStart + 0x204).symbol == "");
  CHECK(has_problem(few, "more symbols"));
  CHECK(nameless.resolve(kPid, kStart + 0x104).symbol == "");
  CHECK(has_problem(nameless, "string table"));
}

TEST_CASE("symbolizer: problems are told once and not without end") {
  SymbolTree tree;
  for (std::uint64_t i = 1; i <= 200; ++i) {
    tree.add_line(std::to_string(i) + "000-" + std::to_string(i) + "fff r-xp 0 08:01 9 /gone" +
                  std::to_string(i));
  }
  Symbolizer symbolizer = tree.symbolizer();
  for (int round = 0; round < 2; ++round) {
    for (std::uint64_t i = 1; i <= 200; ++i) {
      symbolizer.resolve(kPid, std::stoull(std::to_string(i) + "100", nullptr, 16));
    }
  }

  CHECK(symbolizer.problems().size() == 64);
}
