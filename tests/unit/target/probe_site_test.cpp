// Which instructions a probe may stand on.
#include "target/gc/probe_site.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

using namespace boundscope;
using namespace std::string_view_literals;

namespace {

constexpr auto kFunction = ProbePlace::function_start;

// The code with something behind it, as in a program.
std::string in_program(std::string_view code) {
  return std::string(code) + std::string(kProbeCodeBytes, '\xcc');
}
Result<std::size_t> site(std::string_view code, ProbePlace place) {
  return find_probe_site(Machine::x86_64, in_program(code), place);
}

}  // namespace

TEST_CASE("probe site: a function that begins with push is probed there") {
  for (const std::string_view code :
       {"\x55\x48\x89\xe5"sv, "\x50"sv, "\x57"sv, "\x41\x57"sv, "\x41\x50"sv}) {
    const auto found = site(code, kFunction);
    REQUIRE(found);
    CHECK(*found == 0);
  }
}

TEST_CASE("probe site: behind endbr64 the push is probed") {
  const auto found = site("\xf3\x0f\x1e\xfa\x41\x57"sv, kFunction);
  REQUIRE(found);
  CHECK(*found == 4);
}

TEST_CASE("probe site: a jump to the function proper and a one-byte nop will do") {
  for (const std::string_view code : {"\xe9\x10\x20\x30\x00"sv, "\xeb\x10"sv, "\x90"sv})
    CHECK(site(code, kFunction));
}

TEST_CASE("probe site: long nops are refused, as a probe there damages the program") {
  for (const std::string_view code : {"\x0f\x1f\x44\x00\x00"sv, "\x66\x0f\x1f\x44\x00\x00"sv,
                                      "\x0f\x1f\x00"sv, "\xf3\x0f\x1e\xfa\x0f\x1f\x44\x00\x00"sv}) {
    const auto found = site(code, kFunction);
    REQUIRE_FALSE(found);
    CHECK(found.error().message.find("long nop") != std::string::npos);
  }
}

TEST_CASE("probe site: what the kernel would have to execute step by step is refused") {
  for (const std::string_view code : {
           "\x48\x83\xec\x08"sv,              // sub $8,%rsp
           "\x48\x89\xb7\xb8\x0c\x00\x00"sv,  // mov %rsi,0xcb8(%rdi)
           "\xf3\x0f\x1e\xfa\x48\x83\xec"sv,  // endbr64; sub
           "\x49\x50"sv,                      // push with a prefix that the kernel does not know
           "\x66\x90"sv,                      // two-byte nop
           "\xc3"sv,                          // ret
           "\x74\x10"sv,                      // je: not how a function begins
           "\xcc"sv,                          // somebody's breakpoint
       }) {
    const auto found = site(code, kFunction);
    REQUIRE_FALSE(found);
    CHECK_FALSE(found.error().message.empty());
  }
}

TEST_CASE("probe site: a call is refused, as its emulation does not know every shadow stack") {
  CHECK_FALSE(site("\xe8\x10\x20\x30\x00"sv, kFunction));
}

TEST_CASE("probe site: the refusal names the bytes") {
  const auto found = site("\x48\x83\xec\x08"sv, kFunction);
  REQUIRE_FALSE(found);
  CHECK(found.error().message.find("48 83 ec 08") != std::string::npos);
}

TEST_CASE("probe site: a Go function is probed where it jumps if its stack has no room") {
  struct Case {
    std::string_view code;
    std::size_t at;
  };
  for (const Case& start : {
           Case{"\x49\x3b\x66\x10\x76\x20"sv, 4},
           Case{"\x49\x3b\x66\x18\x76\x20"sv, 4},  // on the system stack
           Case{"\x49\x3b\x66\x10\x0f\x86\x60\x02\x00\x00"sv, 4},
           Case{"\x4c\x8d\x64\x24\xd8\x4d\x3b\x66\x18\x0f\x86\x08\x05\x00\x00"sv, 9},
           Case{"\x4c\x8d\xa4\x24\x00\xff\xff\xff\x4d\x3b\x66\x10\x0f\x86\x08\x05\x00\x00"sv, 12},
           Case{"\x55\x48\x89\xe5"sv, 0},  // needs no room
       }) {
    const auto found = site(start.code, ProbePlace::go_function);
    REQUIRE(found);
    CHECK(*found == start.at);
  }
}

TEST_CASE("probe site: a Go function that begins otherwise is refused") {
  for (const std::string_view code : {
           "\x49\x3b\x66\x10\x48\x83\xec\x60"sv,                              // no jump
           "\x49\x3b\x66\x20\x76\x20"sv,                                      // another limit
           "\x49\x3b\x67\x10\x76\x20"sv,                                      // another register
           "\x64\x48\x8b\x0c\x25\xf8\xff\xff\xff\x48\x3b\x61\x10\x76\x20"sv,  // Go 1.16
           "\x48\x83\xec\x08"sv,
       }) {
    CHECK_FALSE(site(code, ProbePlace::go_function));
  }
}

TEST_CASE("probe site: a program's own probe is a one-byte nop and nothing else") {
  CHECK(site("\x90"sv, ProbePlace::usdt));
  for (const std::string_view code : {"\x0f\x1f\x44\x00\x00"sv, "\x55"sv, "\x66\x90"sv, "\xcc"sv})
    CHECK_FALSE(site(code, ProbePlace::usdt));
}

TEST_CASE("probe site: code that ends too early is refused") {
  const std::string code = "\x49\x3b\x66\x10\x0f\x86\x60\x02";
  for (std::size_t size = 0; size < 8; ++size) {
    for (const ProbePlace place : {ProbePlace::usdt, kFunction, ProbePlace::go_function})
      CHECK_FALSE(find_probe_site(Machine::x86_64, code.substr(0, size), place));
  }
  CHECK_FALSE(find_probe_site(Machine::x86_64, code, ProbePlace::go_function));
}

TEST_CASE("probe site: on aarch64 a function that saves its frame, a landing place and a nop do") {
  const auto on_arm = [](std::string_view code, ProbePlace place) {
    return static_cast<bool>(find_probe_site(Machine::aarch64, in_program(code), place));
  };
  CHECK(on_arm("\xfd\x7b\xbe\xa9"sv, kFunction));  // stp x29, x30, [sp, #-32]!
  CHECK(on_arm("\x5f\x24\x03\xd5"sv, kFunction));  // bti c
  CHECK(on_arm("\x1f\x20\x03\xd5"sv, ProbePlace::usdt));
  CHECK_FALSE(on_arm("\xfd\x7b\xbe\xa9"sv, ProbePlace::usdt));
  CHECK_FALSE(on_arm("\xff\x83\x00\xd1"sv, kFunction));  // sub sp, sp, #32
  CHECK_FALSE(on_arm("\x90\x0b\x40\xf9"sv, ProbePlace::go_function));
}

TEST_CASE("probe site: an unknown processor is refused") {
  CHECK_FALSE(find_probe_site(Machine::other, in_program("\x55"), kFunction));
}
