// Which runtimes tell something, and what is said about the others.
#include "target/gc/gc_source.h"

#include <doctest/doctest.h>

#include "support/proc_tree.h"
#include "target/gc/jvm_image.h"
#include "unit/target/hsperfdata_image.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

constexpr const char* kMaps =
    "1000-2000 r--s 00000000 00:1f 5                          /tmp/hsperfdata_eve/17\n"
    "7000-f000 rw-s 00000000 00:1f 77                         /tmp/hsperfdata_a b/9 (deleted)\n"
    "20000-30000 r-xp 00001000 fe:00 12                       /opt/jdk/lib/server/libjvm.so\n";

}  // namespace

TEST_CASE("gc source: a runtime that tells nothing is an error that says why") {
  const ProcTree tree;
  for (const Runtime runtime :
       {Runtime::node, Runtime::deno, Runtime::bun, Runtime::cpython, Runtime::ruby, Runtime::php,
        Runtime::beam, Runtime::dotnet, Runtime::lua, Runtime::native, Runtime::unknown}) {
    const auto source = open_gc_source(7, runtime, tree.roots());
    REQUIRE_FALSE(source);
    CHECK(source.error().kind == ErrorKind::environment);
    CHECK_FALSE(source.error().message.empty());
  }
}

TEST_CASE("gc source: a process that is gone is an error") {
  const ProcTree tree;
  for (const Runtime runtime : {Runtime::go, Runtime::jvm}) {
    const auto source = open_gc_source(7, runtime, tree.roots());
    REQUIRE_FALSE(source);
    CHECK(source.error().message.find("process 7") != std::string::npos);
    CHECK_FALSE(source.error().hint.empty());
  }
}

TEST_CASE("gc source: a program that is no Go program is an error") {
  const ProcTree tree;
  tree.files.write("proc/7/mem", "");
  tree.files.write("proc/7/exe", std::string("\x7f") + "ELF and nothing else");

  const auto source = open_gc_source(7, Runtime::go, tree.roots());

  REQUIRE_FALSE(source);
  CHECK(source.error().message.find("executable") != std::string::npos);
}

TEST_CASE("gc source: a process without a JVM in it is an error") {
  const ProcTree tree;
  tree.files.write("proc/7/mem", "");
  tree.files.write("proc/7/maps", "1000-2000 r-xp 00000000 fe:00 9 /usr/bin/other\n");

  const auto source = open_gc_source(7, Runtime::jvm, tree.roots());

  REQUIRE_FALSE(source);
  CHECK(source.error().message.find("no JVM") != std::string::npos);
}

TEST_CASE("gc source: counters of a JVM that cannot be read are an error") {
  const ProcTree tree;
  tree.files.write("proc/7/mem", "");
  tree.files.write("proc/7/maps", "0-8000 rw-s 00000000 00:1f 77 /tmp/hsperfdata_eve/7\n");
  CHECK_FALSE(open_gc_source(7, Runtime::jvm, tree.roots()));

  tree.files.write("proc/7/mem", std::string(0x8000, '\xff'));

  const auto source = open_gc_source(7, Runtime::jvm, tree.roots());
  REQUIRE_FALSE(source);
  CHECK(source.error().message.find("damaged") != std::string::npos);
}

TEST_CASE("gc source: a JVM's counters are read from its memory") {
  const ProcTree tree;
  std::string image = HsperfdataImage().text("sun.gc.collector.0.name", "Copy").bytes();
  image.resize(0x8000);
  tree.files.write("proc/7/mem", std::string(0x1000, '\0') + image);
  tree.files.write("proc/7/maps", "1000-9000 rw-s 00000000 00:1f 77 /tmp/hsperfdata_eve/7\n");

  auto source = open_gc_source(7, Runtime::jvm, tree.roots());

  REQUIRE(source);
  const auto reading = (*source)->read();
  REQUIRE(reading);
  CHECK(reading->source == "hsperfdata");
  CHECK(reading->collector == "serial");
}

TEST_CASE("gc source: a JVM's own counters are those that it may write") {
  const auto found = find_mapping(kMaps, "/hsperfdata_", "rw-s");
  REQUIRE(found);
  CHECK(found->start == 0x7000);
  CHECK(found->end == 0xf000);
  CHECK(found->inode == 77);
  CHECK(found->path == "/tmp/hsperfdata_a b/9 (deleted)");
}

TEST_CASE("gc source: a mapped library is found however it is mapped") {
  const auto found = find_mapping(kMaps, "/libjvm.so");
  REQUIRE(found);
  CHECK(found->offset == 0x1000);
  CHECK(found->access == "r-xp");
}

TEST_CASE("gc source: lines that make no sense are no mappings") {
  CHECK_FALSE(find_mapping("", "/libjvm.so"));
  CHECK_FALSE(find_mapping("/libjvm.so", "/libjvm.so"));
  CHECK_FALSE(find_mapping("2000-1000 r-xp 0 00:00 1 /libjvm.so\n", "/libjvm.so"));
  CHECK_FALSE(find_mapping("x-y r-xp 0 00:00 1 /libjvm.so", "/libjvm.so"));
  CHECK(find_mapping("\n/libjvm.so\n1-2 r-xp 0 00:00 1 /libjvm.so", "/libjvm.so"));
}
