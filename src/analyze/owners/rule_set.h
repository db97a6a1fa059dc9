// Rule set: the owner of the user space part of a stack, for processes of one runtime and
// executable.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "analyze/owners/frame_rules.h"
#include "analyze/owners/rule.h"
#include "boundscope/recording.h"
#include "boundscope/target.h"

namespace boundscope {

// Name of the table for a runtime; it includes the others that it needs.
std::string_view table_of(Runtime runtime);

class RuleSet {
 public:
  // `executable` is the file name of the program; it has to outlive this, like the recording.
  RuleSet(const Recording& recording, Runtime runtime, std::string_view executable);
  RuleSet(const RuleSet&) = delete;
  RuleSet& operator=(const RuleSet&) = delete;

  struct Decision {
    const Rule* rule = nullptr;  // never one that says "through"; nullptr: none fits
    std::uint32_t frame = 0;     // that the rule fits; it may not exist
  };

  // `frames` are those of user space, leaf first; `comm` is the thread's name.
  Decision decide(std::span<const std::uint32_t> frames, std::string_view comm);

 private:
  std::size_t inner_end(std::span<const std::uint32_t> frames);
  Decision first_rule(std::span<const std::uint32_t> frames, std::string_view comm);

  std::uint32_t no_frame_;   // an index that no frame has
  std::vector<Rule> rules_;  // in order; never changed, as others point into it
  FrameRules near_;          // for the innermost frames: all rules
  FrameRules far_;           // for the others: those that look far
};

}  // namespace boundscope
