#include "target/gc/probe_site.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace boundscope {
namespace {

using namespace std::string_view_literals;

unsigned char byte_at(std::string_view code, std::size_t at) {
  return at < code.size() ? static_cast<unsigned char>(code[at]) : 0;
}

Error refusal(std::string_view code, std::string_view why) {
  std::string bytes;
  for (std::size_t i = 0; i < std::min<std::size_t>(code.size(), 8); ++i)
    bytes += fmt::format("{}{:02x}", i == 0 ? "" : " ", byte_at(code, i));
  return {.kind = ErrorKind::environment,
          .message = fmt::format("no probe on the code {}: {}", bytes, why),
          .hint = ""};
}

constexpr std::string_view kSingleStepped =
    "the kernel does not emulate its first instruction, so that each pass would cost a trap more";

// Five-byte nops and their like. Kernels since 6.18 turn probes on them into calls, which write
// below the stack pointer, where a leaf function has its variables.
bool is_long_nop(std::string_view code) {
  while (code.starts_with('\x66')) code.remove_prefix(1);
  return code.starts_with("\x0f\x1f"sv);
}

bool is_push(std::string_view code) {
  if (code.starts_with('\x41')) code.remove_prefix(1);
  return (byte_at(code, 0) & 0xf8) == 0x50;
}

// `jmp`, as a function begins that is nothing but another name for the next. A call is emulated
// as well, but not everywhere with a shadow stack in mind.
bool is_jump(std::string_view code) {
  return (code.starts_with('\xe9') && code.size() >= 5) ||
         (code.starts_with('\xeb') && code.size() >= 2);
}

bool is_conditional_jump(std::string_view code) {
  const bool is_near = byte_at(code, 0) == 0x0f && (byte_at(code, 1) & 0xf0) == 0x80;
  return ((byte_at(code, 0) & 0xf0) == 0x70 && code.size() >= 2) || (is_near && code.size() >= 6);
}

constexpr std::string_view kBranchTarget = "\xf3\x0f\x1e\xfa"sv;  // endbr64

Result<std::size_t> x86_function_start(std::string_view code) {
  // The stack is as it was at the call in both places.
  const std::size_t at = code.starts_with(kBranchTarget) ? kBranchTarget.size() : 0;
  const std::string_view first = code.substr(at);
  if (is_long_nop(first)) return refusal(code, "a probe on a long nop can damage the program");
  if (is_push(first) || is_jump(first) || first.starts_with('\x90')) return at;
  return refusal(code, kSingleStepped);
}

Result<std::size_t> x86_usdt(std::string_view code) {
  if (code.starts_with('\x90')) return std::size_t{0};
  if (is_long_nop(code)) return refusal(code, "a probe on a long nop can damage the program");
  return refusal(code, "there is no nop, as the file claims");
}

// What Go functions begin with: they compare the stack pointer, or where it will be, with one of
// the two limits of the goroutine (r14), and jump to the end if there is no room.
struct GoStart {
  std::string_view room;     // lea -n(%rsp),%r12, or nothing
  std::size_t operand = 0;   // bytes of n
  std::string_view compare;  // and one byte, which limit
};
constexpr std::array<GoStart, 3> kGoStarts = {{
    {""sv, 0, "\x49\x3b\x66"sv},  // cmp limit(%r14),%rsp
    {"\x4c\x8d\x64\x24"sv, 1, "\x4d\x3b\x66"sv},
    {"\x4c\x8d\xa4\x24"sv, 4, "\x4d\x3b\x66"sv},
}};
constexpr unsigned char kGoStackLimit = 0x10;
constexpr unsigned char kGoSystemStackLimit = 0x18;

Result<std::size_t> x86_go_function(std::string_view code) {
  for (const GoStart& start : kGoStarts) {
    const std::size_t compare = start.room.size() + start.operand;
    const std::size_t limit = compare + start.compare.size();
    if (limit >= code.size() || !code.starts_with(start.room) ||
        !code.substr(compare).starts_with(start.compare))
      continue;
    const bool is_limit =
        byte_at(code, limit) == kGoStackLimit || byte_at(code, limit) == kGoSystemStackLimit;
    if (is_limit && is_conditional_jump(code.substr(limit + 1))) return limit + 1;
  }
  if (is_push(code)) return std::size_t{0};  // it needs no room that it would have to look for
  return refusal(code, "it does not begin as functions of Go 1.17 and later do");
}

Result<std::size_t> aarch64_site(std::string_view code, ProbePlace place) {
  constexpr std::uint32_t kNop = 0xd503201f;
  constexpr std::uint32_t kBranchTargetMask = 0xffffff3f;
  constexpr std::uint32_t kBti = 0xd503241f;
  constexpr std::uint32_t kSaveFrameMask = 0xffc07fff;
  constexpr std::uint32_t kSaveFrame = 0xa9807bfd;  // stp x29, x30, [sp, #-n]!
  std::uint32_t word = 0;
  if (code.size() < sizeof word) return refusal(code, "the code is cut off");
  std::memcpy(&word, code.data(), sizeof word);
  if (word == kNop && place != ProbePlace::go_function) return std::size_t{0};
  const bool starts_function =
      (word & kBranchTargetMask) == kBti || (word & kSaveFrameMask) == kSaveFrame;
  if (starts_function && place == ProbePlace::function_start) return std::size_t{0};
  return refusal(code, "its first instruction is none of those that are known to be safe");
}

}  // namespace

Result<std::size_t> find_probe_site(Machine machine, std::string_view code, ProbePlace place) {
  if (machine == Machine::aarch64) return aarch64_site(code, place);
  if (machine != Machine::x86_64) return refusal(code, "this kind of processor is not known");
  if (code.size() < 8) return refusal(code, "the code is cut off");
  switch (place) {
    case ProbePlace::usdt:
      return x86_usdt(code);
    case ProbePlace::function_start:
      return x86_function_start(code);
    case ProbePlace::go_function:
      return x86_go_function(code);
  }
  return refusal(code, "this kind of place is not known");
}

}  // namespace boundscope
