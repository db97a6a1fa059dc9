#include "analyze/owners/heap_waits.h"

#include <algorithm>

#include "analyze/owners/frame_rules.h"
#include "analyze/owners/rule.h"
#include "analyze/owners/tables.h"

namespace boundscope {
namespace {

// Fewer sampled waits tell nothing about the rest [E].
constexpr double kMinSampledWaits = 20;

class HeapFrames {
 public:
  explicit HeapFrames(const Recording& recording)
      : stacks_(recording.stacks),
        rules_(owner_rules("heap_waits")),
        frames_(recording, pointers_to(rules_), {}) {}

  bool in(std::uint32_t stack) {
    if (stack >= stacks_.size()) return false;
    const auto& frames = stacks_[stack].frames;
    return std::any_of(frames.begin(), frames.end(),
                       [&](std::uint32_t frame) { return !frames_.of(frame).empty(); });
  }

 private:
  const std::vector<Stack>& stacks_;
  std::vector<Rule> rules_;
  FrameRules frames_;
};

}  // namespace

std::map<pid_t, double> heap_wait_parts(const Run& run) {
  struct Sums {
    double waits = 0, all_ns = 0, heap_ns = 0;
  };
  HeapFrames heap(*run.recording);
  std::map<pid_t, Sums> sums;
  for (const Window* window : run.windows) {
    for (const WaitStackTotals& wait : window->wait_stacks) {
      if (wait.wait_class != WaitClass::lock) continue;
      const auto ns = static_cast<double>(wait.blocked_ns);
      sums[wait.pid].waits += static_cast<double>(wait.count);
      sums[wait.pid].all_ns += ns;
      if (heap.in(wait.stack)) sums[wait.pid].heap_ns += ns;
    }
  }
  std::map<pid_t, double> parts;
  for (const auto& [pid, of] : sums) {
    if (of.heap_ns > 0 && of.waits >= kMinSampledWaits) parts[pid] = of.heap_ns / of.all_ns;
  }
  return parts;
}

}  // namespace boundscope
