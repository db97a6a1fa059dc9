// Kernel part: what the kernel did for a thread, from the kernel frames of its stack.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "analyze/owners/frame_rules.h"
#include "analyze/owners/rule.h"
#include "boundscope/recording.h"

namespace boundscope {

class KernelPart {
 public:
  explicit KernelPart(const Recording& recording);
  KernelPart(const KernelPart&) = delete;
  KernelPart& operator=(const KernelPart&) = delete;

  // The sample was taken on the way back to user space: it is user space's. `frames` are the kernel
  // frames, leaf first.
  bool is_skid(std::span<const std::uint32_t> frames);
  // "network", "files" ...; "other" if no frame tells.
  std::string_view subsystem(std::span<const std::uint32_t> frames);

 private:
  const Rule* rule_of(std::uint32_t frame, Where where);

  std::vector<Rule> rules_;
  FrameRules frames_;
};

}  // namespace boundscope
