#include "analyze/owners/frame_rules.h"

#include <algorithm>
#include <utility>

#include "analyze/owners/glob.h"

namespace boundscope {

FrameRules::FrameRules(const Recording& recording, std::vector<const Rule*> rules,
                       std::string_view executable)
    : recording_(&recording),
      rules_(std::move(rules)),
      executable_(executable),
      by_frame_(recording.frames.size() + 1) {}

const std::vector<const Rule*>& FrameRules::of_module(std::string_view module) {
  const auto [entry, is_new] = by_module_.try_emplace(module);
  if (!is_new) return entry->second;
  const auto fits = [&](std::string_view pattern) {
    if (pattern == "@none") return module.empty();
    if (pattern == "@exe") return !module.empty() && module == executable_;
    return glob_fits(pattern, module);
  };
  for (const Rule* rule : rules_) {
    if (std::any_of(rule->modules.begin(), rule->modules.end(), fits)) {
      entry->second.push_back(rule);
    }
  }
  return entry->second;
}

const std::vector<const Rule*>& FrameRules::of(std::uint32_t index) {
  static const Frame kNothing;
  const bool exists = index < recording_->frames.size();
  auto& fitting = by_frame_[exists ? index : recording_->frames.size()];
  if (fitting) return *fitting;
  const Frame& frame = exists ? recording_->frames[index] : kNothing;
  const std::string_view symbol = plain_symbol(frame.symbol);
  fitting.emplace();
  for (const Rule* rule : of_module(frame.module)) {
    if (std::any_of(rule->symbols.begin(), rule->symbols.end(),
                    [&](const SymbolPattern& pattern) { return pattern.fits(frame, symbol); })) {
      fitting->push_back(rule);
    }
  }
  return *fitting;
}

}  // namespace boundscope
