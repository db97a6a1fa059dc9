// Counters of a JVM, as an image that may be damaged or made to mislead.
#include <doctest/doctest.h>

#include "target/gc/hsperfdata.h"
#include "unit/target/hsperfdata_image.h"

using namespace boundscope;
using namespace boundscope::test;

TEST_CASE("gc hsperfdata: numbers and texts are read in either byte order") {
  for (const bool is_little : {true, false}) {
    const std::string bytes = HsperfdataImage(is_little)
                                  .text("sun.gc.collector.0.name", "Copy")
                                  .number("sun.rt.safepoints", 1'000'000'007)
                                  .bytes();

    const auto counters = PerfCounters::parse(bytes);

    REQUIRE(counters);
    CHECK(counters->entries() == 2);
    CHECK(counters->used() == bytes.size());
    CHECK(counters->value(bytes, "sun.rt.safepoints") == 1'000'000'007);
    CHECK(counters->text(bytes, "sun.gc.collector.0.name") == "Copy");
  }
}

TEST_CASE("gc hsperfdata: a table made once reads later copies") {
  const auto image = [](std::int64_t pauses) {
    return HsperfdataImage().number("sun.rt.safepoints", pauses).bytes();
  };
  const auto counters = PerfCounters::parse(image(3));
  REQUIRE(counters);

  CHECK(counters->value(image(4), "sun.rt.safepoints") == 4);
  CHECK_FALSE(counters->is_outdated(image(4)));
}

TEST_CASE("gc hsperfdata: counters that were added, or are gone, make the table outdated") {
  const std::string bytes = HsperfdataImage().number("sun.rt.safepoints", 3).bytes();
  const auto counters = PerfCounters::parse(bytes);
  REQUIRE(counters);

  CHECK(counters->is_outdated(HsperfdataImage().number("a", 1).number("b", 2).bytes()));
  CHECK(counters->is_outdated(std::string(bytes.size(), '\0')));
  CHECK(counters->is_outdated(""));
}

TEST_CASE("gc hsperfdata: an unknown counter has no value and no text") {
  const std::string bytes = HsperfdataImage().number("n", 1).text("t", "x").bytes();
  const auto counters = PerfCounters::parse(bytes);
  REQUIRE(counters);

  CHECK_FALSE(counters->value(bytes, "m"));
  CHECK_FALSE(counters->value(bytes, "t"));
  CHECK(counters->text(bytes, "n") == "");
}

TEST_CASE("gc hsperfdata: a copy that ends before a counter has no value of it") {
  const std::string bytes = HsperfdataImage().number("n", 1).bytes();
  const auto counters = PerfCounters::parse(bytes);
  REQUIRE(counters);

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(counters->value(bytes.substr(0, size), "n"));
  }
}

TEST_CASE("gc hsperfdata: no truncated image is taken for a whole one") {
  const std::string bytes = HsperfdataImage().number("n", 1).text("t", "text").bytes();

  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const std::string part = bytes.substr(0, size);
    const auto counters = PerfCounters::parse(part);
    CHECK(counters.has_value() == (size >= HsperfdataImage::kHeaderSize));
    if (counters) CHECK(counters->text(part, "t") == "");
  }
}

TEST_CASE("gc hsperfdata: another version, byte order or magic is no image") {
  const std::string bytes = HsperfdataImage().number("n", 1).bytes();
  for (const std::size_t at : {0, 4, 5}) {
    std::string wrong = bytes;
    wrong[at] = 9;
    CHECK_FALSE(PerfCounters::parse(wrong));
  }
}

TEST_CASE("gc hsperfdata: an image that is still being made is none") {
  std::string bytes = HsperfdataImage().number("n", 1).bytes();
  bytes[7] = 0;  // accessible
  CHECK_FALSE(PerfCounters::parse(bytes));
}

TEST_CASE("gc hsperfdata: an entry of no length ends the walk") {
  const std::string bytes =
      HsperfdataImage().number("a", 1).add(std::string(20, '\0')).number("b", 2).bytes();

  const auto counters = PerfCounters::parse(bytes);

  REQUIRE(counters);
  CHECK(counters->value(bytes, "a") == 1);
  CHECK_FALSE(counters->value(bytes, "b"));
}

TEST_CASE("gc hsperfdata: data that lies outside its entry is no counter") {
  HsperfdataImage image;
  image.add(image.head(24, 0, 'J', 20) + "abc\0");           // a number needs eight bytes
  image.add(image.head(24, 0, 'J', 0xffff'fff8) + "def\0");  // beyond everything
  image.add(image.head(24, 0xffff'ffff, 'B', 20) + "ghi\0");
  image.number("n", 7);
  const std::string bytes = image.bytes();

  const auto counters = PerfCounters::parse(bytes);

  REQUIRE(counters);
  CHECK_FALSE(counters->value(bytes, "abc"));
  CHECK_FALSE(counters->value(bytes, "def"));
  CHECK(counters->text(bytes, "ghi") == "");
}

TEST_CASE("gc hsperfdata: a count that the entries do not reach is harmless") {
  std::string bytes = HsperfdataImage().number("n", 7).bytes();
  for (std::size_t i = 28; i < 32; ++i) bytes[i] = '\xff';

  const auto counters = PerfCounters::parse(bytes);

  REQUIRE(counters);
  CHECK(counters->value(bytes, "n") == 7);
}
