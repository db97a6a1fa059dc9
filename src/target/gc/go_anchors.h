// Where a Go program keeps what its runtime counts, found by the instructions that count.
//
// No symbol names these variables in a stripped program and no version number is trusted: each
// place is named by one instruction and confirmed by others. What is not confirmed is left out.
// Pure: the code comes from the target's file and may be anything.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "boundscope/result.h"
#include "target/gc/go_code.h"
#include "target/gc/go_histogram.h"

namespace boundscope {

// The functions that are looked at; kGoCodeNames has their names in this order.
enum class GoPart {
  mark_termination,
  controller_commit,
  reset_live,
  heap_goal,
  alloc_span,
  cache_refill,
  sweep,
  cpu_accumulate,
  change_status,
  start_world,
  resize_procs,
  histogram_record,
  count,
};
inline constexpr std::size_t kGoParts = static_cast<std::size_t>(GoPart::count);
inline constexpr std::array<std::string_view, kGoParts> kGoCodeNames = {
    "runtime.gcMarkTermination",
    "runtime.gcControllerCommit",
    "runtime.(*gcControllerState).resetLive",
    "runtime.(*gcControllerState).heapGoalInternal",
    "runtime.(*mheap).allocSpan",
    "runtime.(*mcache).refill",
    "runtime.(*sweepLocked).sweep",
    "runtime.(*cpuStats).accumulate",
    "runtime.casgstatus",
    "runtime.startTheWorldWithSema",
    "runtime.procresize",
    "runtime.(*timeHistogram).record",
};
using GoRuntimeCode = std::array<GoCode, kGoParts>;  // an absent function has no bytes

// Offsets in the garbage collector's pacer.
struct GoPacerLayout {
  std::uint64_t percent_goal = 0;
  std::uint64_t last_goal = 0;
  std::uint64_t heap_live = 0;
  std::uint64_t heap_marked = 0;
  std::uint64_t heap_in_use = 0;       // released, free, allocated, freed and ready follow it
  std::uint64_t size = 0;              // as far as we read it
  std::string_view reset_marked = {};  // the instructions that set and read these fields
  std::string_view reset_live = {};
  std::string_view read_goal = {};
  bool headroom_is_fixed = false;  // of the memory limit; else 3 %
};
inline constexpr std::uint64_t kPacerMemoryLimit = 8;  // GOGC is at 0

struct GoHistogram {
  std::uint64_t address = 0;
  GoHistogramKind kind = GoHistogramKind::coarse;
};

// Addresses as linked.
struct GoAnchors {
  std::uint64_t pause_total = 0;  // then 256 pauses, 256 ends, the number of cycles
  std::optional<std::uint64_t> pacer;
  const GoPacerLayout* pacer_layout = nullptr;  // set if pacer is
  std::optional<std::uint64_t> cpu_stats;       // since 1.20
  std::optional<std::uint64_t> gc_cpu_total;    // 1.19
  std::optional<GoHistogram> sched_latency;
  std::optional<GoHistogram> pauses;
  std::optional<std::uint64_t> mutex_wait;
  std::optional<std::uint64_t> max_procs;
};

// Distance from the total of pauses to the number of cycles.
inline constexpr std::uint64_t kGoCyclesAfterPauses = 8 + 2 * 256 * 8;

// Error: the code does not count collections in a way that we know.
Result<GoAnchors> find_go_anchors(const GoRuntimeCode& code);

}  // namespace boundscope
