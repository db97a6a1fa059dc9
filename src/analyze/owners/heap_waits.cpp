#include "analyze/owners/heap_waits.h"

#include "analyze/owners/table_frames.h"

namespace boundscope {
namespace {

// Fewer sampled waits tell nothing about the rest [E].
constexpr double kMinSampledWaits = 20;

}  // namespace

std::map<pid_t, double> heap_wait_parts(const Run& run) {
  struct Sums {
    double waits = 0, all_ns = 0, heap_ns = 0;
  };
  const std::vector<Stack>& stacks = run.recording->stacks;
  TableFrames heap(*run.recording, "heap_waits");
  std::map<pid_t, Sums> sums;
  for (const Window* window : run.windows) {
    for (const WaitStackTotals& wait : window->wait_stacks) {
      if (wait.wait_class != WaitClass::lock) continue;
      const auto ns = static_cast<double>(wait.blocked_ns);
      sums[wait.pid].waits += static_cast<double>(wait.count);
      sums[wait.pid].all_ns += ns;
      if (wait.stack < stacks.size() && heap.any_in(stacks[wait.stack]))
        sums[wait.pid].heap_ns += ns;
    }
  }
  std::map<pid_t, double> parts;
  for (const auto& [pid, of] : sums) {
    if (of.heap_ns > 0 && of.waits >= kMinSampledWaits) parts[pid] = of.heap_ns / of.all_ns;
  }
  return parts;
}

}  // namespace boundscope
