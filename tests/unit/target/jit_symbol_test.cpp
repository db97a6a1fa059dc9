// Perf maps of processes in containers, and files that only look like one.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <string>

#include "unit/target/symbol_fixture.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

constexpr pid_t kPid = SymbolTree::kPid;
constexpr const char* kMap = "/tmp/perf-7.map";  // 7 is what the process calls itself

// A process with JIT code at 0x10000.
struct JitTree : SymbolTree {
  JitTree() { add_line("10000-20000 rwxp 00000000 00:00 0 "); }
};

}  // namespace

TEST_CASE("jit symbols: code is named by the perf map of the process's own namespace") {
  JitTree tree;
  tree.file(kMap, "10100 10 LazyCompile:~handle /srv/app.js:1\n");
  Symbolizer symbolizer = tree.symbolizer();

  const Frame named = symbolizer.resolve(kPid, 0x10104);
  const Frame unnamed = symbolizer.resolve(kPid, 0x10200);

  CHECK(named.module == "[jit]");
  CHECK(named.symbol == "LazyCompile:~handle /srv/app.js:1");
  CHECK(unnamed.symbol.empty());
  CHECK(unnamed.offset == 0x10200);
  CHECK(symbolizer.problems().empty());
}

TEST_CASE("jit symbols: a map that grew is read again, once a window") {
  JitTree tree;
  tree.file(kMap, "10100 10 one\n");
  Symbolizer symbolizer = tree.symbolizer();
  symbolizer.resolve(kPid, 0x10104);
  tree.file(kMap, "10100 10 one\n10200 10 another\n");

  CHECK(symbolizer.resolve(kPid, 0x10204).symbol.empty());
  tree.next_window(symbolizer);
  CHECK(symbolizer.resolve(kPid, 0x10204).symbol == "another");
}

TEST_CASE("jit symbols: the names of a process that ended are kept") {
  JitTree tree;
  tree.file(kMap, "10100 10 one\n");
  Symbolizer symbolizer = tree.symbolizer();
  symbolizer.resolve(kPid, 0x10104);
  tree.next_window(symbolizer);
  tree.tree.gone(kPid);

  CHECK(symbolizer.resolve(kPid, 0x10104).symbol == "one");
}

TEST_CASE("jit symbols: of a huge map the end is read, which is the newest") {
  JitTree tree;
  tree.file(kMap, "10100 10 oldest\n10200 10 newest\n");
  Symbolizer symbolizer = tree.symbolizer({.perf_map_bytes = 20});

  CHECK(symbolizer.resolve(kPid, 0x10104).symbol.empty());
  CHECK(symbolizer.resolve(kPid, 0x10204).symbol == "newest");
  REQUIRE(symbolizer.problems().size() == 1);
  CHECK(symbolizer.problems()[0].subject == "perf map of process 70");
}

TEST_CASE("jit symbols: a map that is too much to read in one window comes in the next one") {
  JitTree tree;
  tree.process(71);
  tree.add_line("10000-20000 rwxp 00000000 00:00 0 ", 71);
  tree.file(kMap, "10100 10 one\n");
  Symbolizer symbolizer = tree.symbolizer({.read_bytes_per_window = 20});

  CHECK(symbolizer.resolve(kPid, 0x10104).symbol == "one");
  CHECK(symbolizer.resolve(71, 0x10104).symbol == "");
  CHECK(symbolizer.problems().size() == 1);
  tree.next_window(symbolizer);
  CHECK(symbolizer.resolve(71, 0x10104).symbol == "one");
}

TEST_CASE("jit symbols: a FIFO, a folder or a link out of the container is no map") {
  for (const std::string kind : {"fifo", "folder", "link"}) {
    JitTree tree;
    tree.tree.files.make_directory("container/tmp");
    const std::string path = tree.tree.files.path(std::string("container") + kMap);
    if (kind == "fifo") REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    if (kind == "folder") tree.tree.files.make_directory(std::string("container") + kMap);
    if (kind == "link") {
      tree.tree.files.write("secret", "10100 10 secret\n");
      tree.tree.files.link(std::string("container") + kMap, "../../secret");
    }
    CHECK(tree.symbolizer().resolve(kPid, 0x10104).symbol.empty());
  }
}

TEST_CASE("jit symbols: a map of another user is refused") {
  if (::geteuid() != 0) return;  // only root can give a file away
  JitTree tree;
  tree.file(kMap, "10100 10 planted\n");
  const std::string path = tree.tree.files.path(std::string("container") + kMap);
  REQUIRE(::chown(path.c_str(), 4711, 4711) == 0);
  Symbolizer symbolizer = tree.symbolizer();

  CHECK(symbolizer.resolve(kPid, 0x10104).symbol.empty());
  CHECK(symbolizer.problems().size() == 1);
}

TEST_CASE("jit symbols: names are kept as bytes and cut at the limit") {
  JitTree tree;
  tree.file(kMap, "10100 10 \x1b[31m\xff\n10200 10 " + std::string(10'000, 'x') + "\n");
  Symbolizer symbolizer = tree.symbolizer();

  CHECK(symbolizer.resolve(kPid, 0x10104).symbol == "\x1b[31m\xff");
  CHECK(symbolizer.resolve(kPid, 0x10204).symbol == std::string(512, 'x'));
}
