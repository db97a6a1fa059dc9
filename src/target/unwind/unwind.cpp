#include "target/unwind/unwind.h"

#include <cstring>
#include <optional>

namespace boundscope {
namespace {

constexpr std::uint64_t kWord = 8;

struct Registers {
  std::uint64_t ip = 0;
  std::uint64_t sp = 0;
  std::uint64_t bp = 0;
  std::optional<std::uint64_t> link;  // only the innermost function still has it
};

class Walk {
 public:
  explicit Walk(const UserStack& stack) : stack_(stack) {}

  std::optional<Registers> caller(const Registers& at, const UnwindRule& rule) const {
    const std::uint64_t cfa =
        (rule.cfa_from_frame_pointer ? at.bp : at.sp) + static_cast<std::uint64_t>(rule.cfa_offset);
    Registers next{.ip = 0, .sp = cfa, .bp = at.bp, .link = {}};
    const auto return_address =
        rule.return_address_at ? word(cfa, *rule.return_address_at) : at.link;
    if (!return_address) return std::nullopt;
    next.ip = *return_address;
    if (rule.frame_pointer_at) {
      const auto saved = word(cfa, *rule.frame_pointer_at);
      if (!saved) return std::nullopt;
      next.bp = *saved;
    }
    return checked(at, next);
  }

  // Code without tables (compiled at run time, say) may keep frame pointers.
  std::optional<Registers> caller_by_frame_pointer(const Registers& at) const {
    const auto return_address = word(at.bp, static_cast<std::int64_t>(kWord));
    const auto saved = word(at.bp, 0);
    if (at.bp < at.sp || !return_address || !saved) return std::nullopt;
    return checked(at, {.ip = *return_address, .sp = at.bp + 2 * kWord, .bp = *saved, .link = {}});
  }

 private:
  std::optional<std::uint64_t> word(std::uint64_t base, std::int64_t offset) const {
    const std::uint64_t at = base + static_cast<std::uint64_t>(offset) - stack_.sp;
    if (at > stack_.bytes.size() || stack_.bytes.size() - at < kWord) return std::nullopt;
    std::uint64_t value = 0;
    std::memcpy(&value, stack_.bytes.data() + at, kWord);
    return value;
  }

  // Stacks grow downwards: whoever called lies above. So no table can lead in a circle.
  static std::optional<Registers> checked(const Registers& at, const Registers& next) {
    const bool moved = next.sp > at.sp || (next.sp == at.sp && at.link);
    return moved && next.ip != 0 ? std::optional(next) : std::nullopt;
  }

  const UserStack& stack_;
};

}  // namespace

UnwoundStack unwind(const UserStack& stack, const CodeLookup& code_at, std::size_t most_frames) {
  const Walk walk(stack);
  Registers at{.ip = stack.ip, .sp = stack.sp, .bp = stack.bp, .link = {}};
  if (stack.link != 0) at.link = stack.link;
  UnwoundStack result;
  result.addresses.push_back(at.ip);
  while (result.addresses.size() < most_frames) {
    // What a caller's frame holds is where it goes on, which may be the next function already.
    const CodeInfo code = code_at(result.addresses.size() == 1 ? at.ip : at.ip - 1);
    if (code.rule != nullptr && code.rule->is_outermost) return result;
    const auto next =
        code.rule != nullptr ? walk.caller(at, *code.rule) : walk.caller_by_frame_pointer(at);
    if (!next || !code_at(next->ip - 1).is_code) break;
    at = *next;
    result.addresses.push_back(at.ip);
  }
  result.cut = true;
  return result;
}

}  // namespace boundscope
