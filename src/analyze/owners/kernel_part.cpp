#include "analyze/owners/kernel_part.h"

#include "analyze/owners/tables.h"

namespace boundscope {
namespace {

constexpr std::size_t kSkidDepth = 3;  // an interrupt of user space has no deeper stack by then

std::vector<const Rule*> pointers(const std::vector<Rule>& rules) {
  std::vector<const Rule*> all;
  for (const Rule& rule : rules) all.push_back(&rule);
  return all;
}

}  // namespace

KernelPart::KernelPart(const Recording& recording)
    : rules_(owner_rules("kernel")), frames_(recording, pointers(rules_), {}) {}

const Rule* KernelPart::rule_of(std::uint32_t frame, Where where) {
  for (const Rule* rule : frames_.of(frame)) {
    if (rule->where == where) return rule;
  }
  return nullptr;
}

bool KernelPart::is_skid(std::span<const std::uint32_t> frames) {
  return !frames.empty() && frames.size() <= kSkidDepth &&
         rule_of(frames.front(), Where::skid) != nullptr;
}

std::string_view KernelPart::subsystem(std::span<const std::uint32_t> frames) {
  for (const std::uint32_t frame : frames) {
    if (const Rule* rule = rule_of(frame, Where::profiler)) return rule->name;
  }
  for (const Where where : {Where::kernel, Where::vague}) {
    for (auto frame = frames.rbegin(); frame != frames.rend(); ++frame) {
      if (const Rule* rule = rule_of(*frame, where)) return rule->name;
    }
  }
  return "other";
}

}  // namespace boundscope
