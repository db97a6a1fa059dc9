// Names of just-in-time compiled code. The file is the target's: any bytes must be survived.
#include "target/symbols/perf_map.h"

#include <doctest/doctest.h>

#include <string>

using boundscope::PerfMap;

namespace {

constexpr std::size_t kPlenty = 1000;

PerfMap parse(const std::string& text) { return PerfMap::parse(text, kPlenty); }

}  // namespace

TEST_CASE("perf map: an address has the name of the line that covers it") {
  const PerfMap map = parse("3ef414c0 398 stub\n3ef41860 f0 LazyCompile:~handle /srv/app.js:12\n");

  CHECK(map.name_of(0x3ef414c0) == "stub");
  CHECK(map.name_of(0x3ef41860 + 0xef) == "LazyCompile:~handle /srv/app.js:12");
}

TEST_CASE("perf map: what no line covers has no name") {
  const PerfMap map = parse("1000 10 first\n2000 10 second\n");

  CHECK(map.name_of(0xfff) == "");
  CHECK(map.name_of(0x1010) == "");
  CHECK(map.name_of(0x2010) == "");
}

TEST_CASE("perf map: numbers may begin with 0x, as the JVM writes them") {
  const PerfMap map = parse("0x00007f0010000000 0x00000000000001c0 java.lang.String::hashCode\n");

  CHECK(map.name_of(0x7f00100001bf) == "java.lang.String::hashCode");
}

TEST_CASE("perf map: lines need not be in order of their addresses") {
  const PerfMap map = parse("3000 10 c\n1000 10 a\n2000 10 b\n");

  CHECK(map.name_of(0x1000) == "a");
  CHECK(map.name_of(0x2000) == "b");
  CHECK(map.name_of(0x3000) == "c");
}

TEST_CASE("perf map: where memory was used again, the later line wins") {
  const PerfMap map = parse("1000 100 old\n1040 20 inside\n10f0 20 across\n");

  CHECK(map.name_of(0x103f) == "old");
  CHECK(map.name_of(0x1040) == "inside");
  CHECK(map.name_of(0x105f) == "inside");
  CHECK(map.name_of(0x1060) == "old");
  CHECK(map.name_of(0x10f0) == "across");
}

TEST_CASE("perf map: a later line hides an earlier one that is shorter") {
  const PerfMap map = parse("1040 20 inside\n1000 100 around\n");

  CHECK(map.name_of(0x1050) == "around");
}

TEST_CASE("perf map: of two lines for one address the later wins") {
  const PerfMap map = parse("1000 20 first\n1000 10 second\n");

  CHECK(map.name_of(0x1000) == "second");
  CHECK(map.name_of(0x1010) == "first");
}

TEST_CASE("perf map: lines without sense are left out and counted") {
  const PerfMap map = parse(
      "\nhello\n1000\n1000 10\n1000 10 \nxyz 10 a\n1000 -1 a\n1000 0 empty\n"
      "ffffffffffffffff 10 beyond\n10000000000000000 10 wide\n2000 10 good\n");

  CHECK(map.skipped() == 10);
  CHECK(map.name_of(0x1000) == "");
  CHECK(map.name_of(0x2000) == "good");
}

TEST_CASE("perf map: a last line that is still being written is ignored") {
  const PerfMap map = parse("1000 10 whole\n2000 10 unfin");

  CHECK(map.name_of(0x1000) == "whole");
  CHECK(map.name_of(0x2000) == "");
  CHECK(map.skipped() == 0);
}

TEST_CASE("perf map: of too many lines the newest stay and the others are counted") {
  const PerfMap map = PerfMap::parse("1000 10 a\n2000 10 b\n3000 10 c\n4000 10 d\n", 2);

  CHECK(map.name_of(0x2000) == "");
  CHECK(map.name_of(0x3000) == "c");
  CHECK(map.name_of(0x4000) == "d");
  CHECK(map.skipped() == 2);
}

TEST_CASE("perf map: an empty file names nothing") {
  CHECK(parse("").name_of(0) == "");
  CHECK(parse("\n").name_of(0) == "");
  CHECK(PerfMap{}.name_of(1) == "");
}

TEST_CASE("perf map: a name's bytes stay as they are") {
  const std::string name = "evil\x1b[31m \xff\t name";

  CHECK(parse("1000 10 " + name + "\n").name_of(0x1008) == name);
}

TEST_CASE("perf map: lines that all overlap cost no more memory than twice their number") {
  std::string text;
  for (int i = 0; i < 2000; ++i) {
    text += std::to_string(1000 + i) + " " + std::to_string(9000 - 2 * i) + " f\n";
  }

  const PerfMap map = PerfMap::parse(text, 2000);

  CHECK(map.skipped() == 0);
  CHECK(map.bytes() < 2000 * 100);
}
