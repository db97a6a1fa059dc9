#include "report/format.h"

#include <doctest/doctest.h>

#include "report/columns.h"

using namespace boundscope;

TEST_CASE("format: a share is never rounded to all or nothing") {
  CHECK(percent(0) == "0 %");
  CHECK(percent(0.001) == "<1 %");
  CHECK(percent(0.934) == "93 %");
  CHECK(percent(0.997) == ">99 %");
  CHECK(percent(1) == "100 %");
  CHECK(percent_range({0.93, 0.91, 0.95}) == "91 to 95 %");
  CHECK(percent_range({0.911, 0.911, 0.912}) == "");
}

TEST_CASE("format: numbers carry three digits, whole ones only their own") {
  CHECK(number(0) == "0");
  CHECK(number(0.0321) == "0.032");
  CHECK(number(4) == "4");
  CHECK(number(1.234) == "1.23");
  CHECK(number(45.67) == "45.7");
  CHECK(number(12345.6) == "12346");
}

TEST_CASE("format: units fit the size") {
  CHECK(milliseconds(0.05) == "50 us");
  CHECK(milliseconds(20.1) == "20.1 ms");
  CHECK(milliseconds(1250) == "1.25 s");
  CHECK(duration(40) == "40 s");
  CHECK(duration(720) == "12 min");
  CHECK(duration(3 * 86400) == "3 days");
  CHECK(bytes(512) == "512 bytes");
  CHECK(bytes(1.5 * 1024 * 1024) == "1.50 MiB");
  CHECK(ratio_range(1.0, 1.05) == "up to 1.05x");
  CHECK(ratio_range(9.96, 12) == "10x to 12x");
}

TEST_CASE("columns: text is wrapped between words, under its first line") {
  const std::string text =
      wrapped(std::string(60, 'a') + " " + std::string(30, 'b') + " 93 %", "  - ");

  CHECK(text == "  - " + std::string(60, 'a') + "\n    " + std::string(30, 'b') + " 93 %\n");
}

TEST_CASE("columns: a percent sign stays with its number") {
  const std::string text = wrapped(std::string(76, 'a') + " 93 % b");

  CHECK(text == std::string(76, 'a') + "\n93 % b\n");
}

TEST_CASE("columns: a word wider than the page is cut") {
  CHECK(wrapped(std::string(300, 'x'), "  ") == "  " + std::string(75, 'x') + "...\n");
}

TEST_CASE("columns: bars stay within their room") {
  CHECK(bar(0.5, 4) == "##  ");
  CHECK(bar(7, 4) == "####");
  CHECK(bar(-1, 4) == "    ");
}
