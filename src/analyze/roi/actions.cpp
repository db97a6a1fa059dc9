#include "analyze/roi/actions.h"

#include <array>

namespace boundscope {
namespace {

constexpr auto kActionCosts = std::to_array<ActionCost>({
    {"cache_upstream", {2, 8}, {0, 0.05}},     // with its invalidation, and the cache's own memory
    {"speed_up_upstream", {4, 16}, {0, 0.1}},  // somebody else's program
    {"raise_quota", {0.1, 0.5}, {0, 0.3}},     // one line, and the cores
    {"more_workers", {0.2, 1}, {0, 0.05}},     // one line, and a look at what it calls
    {"more_processes", {0.5, 3}, {0, 0.1}},    // state that was shared has to move
    {"fix_lock", {1, 6}, {0, 0}},
    {"faster_disk", {0.5, 2}, {0.05, 0.2}},
    {"more_heap_room", {0.2, 1}, {0, 0.1}},  // one line, and the memory
    {"more_memory", {0.1, 0.5}, {0.05, 0.2}},
    {"batch_calls", {1, 6}, {0, 0}},  // the upstream has to take several at a time
    {"reuse_connections", {0.2, 2}, {0, 0}},
    {"limit_threads", {0.1, 0.5}, {0, 0}},  // one line
    {"fewer_syncs", {0.5, 4}, {0, 0}},      // and a word with those who need the durability
    {"other_collector", {0.2, 2}, {0, 0.1}},
    {"other_allocator", {0.2, 1}, {0, 0}},
    {"jit_flag", {0.2, 1}, {0, 0.05}},
    {"native_hot_part", {2, 10}, {0, 0}},  // with its interface, its build and its tests
    {"spare_capacity", {2, 8}, {0, 0}},    // it has to bear being stopped
});
constexpr ActionCost kAnyAction = {"", {1, 8}, {0, 0.1}};

}  // namespace

ActionCost action_cost(std::string_view action) {
  for (const ActionCost& cost : kActionCosts) {
    if (cost.action == action) return cost;
  }
  return kAnyAction;
}

}  // namespace boundscope
