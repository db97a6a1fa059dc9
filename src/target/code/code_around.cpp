#include "target/code/code_around.h"

#include <algorithm>
#include <cstdint>

namespace boundscope {
namespace {

// Places to begin at, and how much code before the one in question they need to come together.
constexpr std::size_t kBeginnings = 8;
constexpr std::size_t kNeeded = 64;  // bytes
// Data between functions, and padding, may lead some past the place.
constexpr double kMustReach = 0.75;

// Sequences of instructions that begin at different places and end before the same one.
class Chains {
 public:
  Chains(std::string_view bytes, std::size_t end) : bytes_(bytes), end_(end), at_(end) {}

  // Follows the instructions from `begin` on. What is no instruction is stepped over: a wrong
  // beginning runs into such bytes, and data between functions is.
  void follow(std::size_t begin) {
    ++followed_;
    std::size_t sound_from = begin;
    std::size_t place = begin;
    while (place < end_) {
      const std::size_t length = length_at(place);
      place += length > 0 ? length : kInstructionAlignment;
      if (length == 0) sound_from = place;
    }
    if (place != end_) return;
    ++reached_;
    for (place = sound_from; place < end_; place += length_at(place)) ++at_[place].chains;
  }

  // Where the longest piece begins that ends at the end and on which all agree; `end` if they
  // disagree on its last instruction, or too few have reached it.
  std::size_t agreed_from() const {
    if (reached_ < kMustReach * followed_) return end_;
    std::size_t from = end_;
    for (std::size_t place = end_; place-- > 0;)
      if (at_[place].chains == reached_ && place + at_[place].length == from) from = place;
    return from;
  }

 private:
  struct Place {
    bool is_known = false;
    std::uint8_t length = 0;  // 0: no instruction
    int chains = 0;           // that have an instruction here
  };

  // Decoded once, whichever chain comes by.
  std::size_t length_at(std::size_t place) {
    Place& known = at_[place];
    if (!known.is_known) known = {true, instruction_length(bytes_.substr(place)), 0};
    return known.length;
  }

  std::string_view bytes_;
  std::size_t end_;
  std::vector<Place> at_;
  int followed_ = 0;
  int reached_ = 0;
};

}  // namespace

std::optional<CodeAround> code_around(std::string_view bytes, std::size_t place) {
  if (place > bytes.size()) return std::nullopt;
  Chains chains(bytes, place);
  const std::size_t first = place % kInstructionAlignment;
  const std::size_t last = place > kNeeded ? place - kNeeded : first;
  for (std::size_t i = 0; i < kBeginnings && first + i * kInstructionAlignment <= last; ++i)
    chains.follow(first + i * kInstructionAlignment);
  const std::size_t from = chains.agreed_from();
  if (from == place) return std::nullopt;

  CodeAround around;
  for (std::size_t next = from; next < bytes.size();) {
    if (next == place) around.at = around.code.size();
    const auto instruction = decode_instruction(bytes.substr(next));
    if (!instruction) break;
    around.code.push_back(*instruction);
    if (instruction->is_branch && around.code.size() > 1 &&
        around.code[around.code.size() - 2].fuses_branch)
      around.code.back().latency = 0;  // the comparison's is that of both
    next += instruction->length;
  }
  // Nothing is at the place, or the code before it breaks off.
  if (around.at == 0 || around.at >= around.code.size()) return std::nullopt;
  return around;
}

}  // namespace boundscope
