// Frame rules: which rules fit which frame of a recording. Each frame is matched once, however many
// stacks have it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "analyze/owners/rule.h"
#include "boundscope/recording.h"

namespace boundscope {

class FrameRules {
 public:
  // `executable` is what "@exe" stands for. The recording and the rules have to outlive this.
  FrameRules(const Recording& recording, std::vector<const Rule*> rules,
             std::string_view executable);

  // In the order of the tables. An index that no frame has stands for a frame nothing is known of.
  const std::vector<const Rule*>& of(std::uint32_t frame);

 private:
  const std::vector<const Rule*>& of_module(std::string_view module);

  const Recording* recording_;
  std::vector<const Rule*> rules_;
  std::string_view executable_;
  std::map<std::string_view, std::vector<const Rule*>> by_module_;
  std::vector<std::optional<std::vector<const Rule*>>> by_frame_;
};

}  // namespace boundscope
