#include "target/unwind/unwind.h"

#include <doctest/doctest.h>

#include <cstring>
#include <map>
#include <string>
#include <vector>

using namespace boundscope;

namespace {

constexpr std::uint64_t kStack = 0x7fff0000;

// A stack of words, and code that is described by a rule per address.
struct Picture {
  std::vector<std::uint64_t> words;
  std::map<std::uint64_t, UnwindRule> rules;
  std::vector<std::uint64_t> code_without_rule;

  CodeInfo at(std::uint64_t address) const {
    if (const auto rule = rules.find(address); rule != rules.end()) return {true, &rule->second};
    for (const std::uint64_t code : code_without_rule)
      if (code == address) return {true, nullptr};
    return {};
  }

  UnwoundStack walk(std::uint64_t ip, std::uint64_t bp = 0, std::size_t most_frames = 16) const {
    std::string bytes(words.size() * 8, '\0');
    std::memcpy(bytes.data(), words.data(), bytes.size());
    const UserStack stack{ip, kStack, bp, 0, bytes};
    return unwind(
        stack, [this](std::uint64_t address) { return at(address); }, most_frames);
  }
};

UnwindRule from_stack_pointer(std::int64_t cfa_offset) {
  UnwindRule rule;
  rule.cfa_offset = cfa_offset;
  rule.return_address_at = -8;
  return rule;
}

UnwindRule outermost() {
  UnwindRule rule;
  rule.is_outermost = true;
  return rule;
}

}  // namespace

TEST_CASE("unwind: frames of known size are walked to where the thread began") {
  Picture picture;
  picture.words = {1, 2, 0x2001, 3, 0x3001};
  picture.rules[0x1000] = from_stack_pointer(24);
  picture.rules[0x2000] = from_stack_pointer(16);
  picture.rules[0x3000] = outermost();

  const UnwoundStack stack = picture.walk(0x1000);

  CHECK(stack.addresses == std::vector<std::uint64_t>{0x1000, 0x2001, 0x3001});
  CHECK_FALSE(stack.cut);
}

TEST_CASE("unwind: a frame pointer is followed and restored") {
  Picture picture;
  picture.words = {9, kStack + 40, 0x2001, 9, 9, 0, 0x3001};
  UnwindRule by_frame_pointer = from_stack_pointer(16);
  by_frame_pointer.cfa_from_frame_pointer = true;
  by_frame_pointer.frame_pointer_at = -16;
  picture.rules[0x1000] = by_frame_pointer;
  picture.rules[0x2000] = by_frame_pointer;
  picture.rules[0x3000] = outermost();

  const UnwoundStack stack = picture.walk(0x1000, kStack + 8);

  CHECK(stack.addresses == std::vector<std::uint64_t>{0x1000, 0x2001, 0x3001});
  CHECK_FALSE(stack.cut);
}

TEST_CASE("unwind: code without tables is walked by its frame pointer") {
  Picture picture;
  picture.words = {9, kStack + 8, 0x2001};
  picture.code_without_rule = {0x1000};
  picture.rules[0x2000] = outermost();

  const UnwoundStack stack = picture.walk(0x1000, kStack + 8);

  CHECK(stack.addresses == std::vector<std::uint64_t>{0x1000, 0x2001});
}

TEST_CASE("unwind: a stack that leads nowhere ends, and says so") {
  Picture picture;
  picture.words = {0xdead};
  picture.rules[0x1000] = from_stack_pointer(8);

  const UnwoundStack no_code = picture.walk(0x1000);
  picture.words = {};
  const UnwoundStack no_bytes = picture.walk(0x1000);

  CHECK(no_code.addresses == std::vector<std::uint64_t>{0x1000});
  CHECK(no_code.cut);
  CHECK(no_bytes.addresses == std::vector<std::uint64_t>{0x1000});
  CHECK(no_bytes.cut);
}

TEST_CASE("unwind: tables that lead in a circle, or out of the world, end the stack") {
  for (const std::int64_t offset : {std::int64_t{0}, std::int64_t{-8}, INT64_MIN, INT64_MAX}) {
    CAPTURE(offset);
    Picture picture;
    picture.words = {0x1001, 0x1001, 0x1001};
    picture.rules[0x1000] = from_stack_pointer(offset);
    picture.rules[0x1000].return_address_at = 0;

    CHECK(picture.walk(0x1000).cut);
  }
}

TEST_CASE("unwind: no more frames than were asked for") {
  Picture picture;
  picture.words.assign(100, 0x1001);
  picture.rules[0x1000] = from_stack_pointer(8);

  const UnwoundStack stack = picture.walk(0x1000, 0, 5);

  CHECK(stack.addresses.size() == 5);
  CHECK(stack.cut);
}
