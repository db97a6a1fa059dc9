#include "report/escape.h"

#include <doctest/doctest.h>

using namespace boundscope;

TEST_CASE("escape: visible text stays as it is") {
  CHECK(escaped("nginx: worker \\x2d") == "nginx: worker \\x2d");
  CHECK(escaped("z\xc3\xbcrich \xe6\x97\xa5\xe6\x9c\xac") ==
        "z\xc3\xbcrich \xe6\x97\xa5\xe6\x9c\xac");
}

TEST_CASE("escape: control bytes are spelled out") {
  CHECK(escaped("a\x1b[31m\n\r\t\x7f") == "a\\x1b[31m\\x0a\\x0d\\x09\\x7f");
  CHECK(escaped(std::string_view("\0x", 2)) == "\\x00x");
  CHECK(escaped("\xc2\x9b") == "\\u009b");
}

TEST_CASE("escape: characters that turn or hide text are spelled out") {
  CHECK(escaped("a\xe2\x80\xae"
                "b") == "a\\u202eb");
  CHECK(escaped("\xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf") == "\\u2066\\u200b\\ufeff");
  CHECK(escaped("\xf3\xa0\x81\x81") == "\\ue0041");
}

TEST_CASE("escape: bytes that are no UTF-8 are spelled out one by one") {
  CHECK(escaped("\xff\xfe") == "\\xff\\xfe");
  CHECK(escaped("\xc3") == "\\xc3");
  CHECK(escaped("\xe2\x82") == "\\xe2\\x82");
  CHECK(escaped("\xc0\xaf") == "\\xc0\\xaf");                    // overlong
  CHECK(escaped("\xe0\x80\xaf") == "\\xe0\\x80\\xaf");           // overlong
  CHECK(escaped("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // surrogate
  CHECK(escaped("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
}

TEST_CASE("escape: every byte pair comes out printable") {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const char raw[] = {static_cast<char>(first), static_cast<char>(second)};
      for (const char c : escaped({raw, 2})) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) FAIL("control byte from ", first, " ", second);
      }
    }
  }
}

TEST_CASE("escape: text is cut between characters, with a mark") {
  CHECK(fitted("short", 5) == "short");
  CHECK(fitted("longer text", 8) == "longe...");
  CHECK(fitted("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e", 5) == "\xe6\x97\xa5...");
  CHECK(fitted("abc", 2) == "..");
}
