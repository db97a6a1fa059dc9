// Hardware events that tell which part of the cycles a core waits for memory, by model: the
// memory-bound share of the top-down method (Yasin, ISPASS 2014) or the nearest that a model has.
//
// As data: perf's event lists (linux/tools/perf/pmu-events) have the encodings, pmu-tools the
// formulas for Intel.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace boundscope {

struct CpuModel {
  enum class Maker { intel, amd, arm, other } maker = Maker::other;
  std::uint32_t family = 0;  // x86, with the extended family
  std::uint32_t model = 0;   // x86, with the extended model; Arm: part number
};
CpuModel this_cpu();

struct PmuEvent {
  std::string_view name;
  std::uint64_t config = 0;
};

// Events that are counted at a time; the cycles are counted with each group, so that their rates
// can be put together.
struct PmuGroup {
  std::vector<PmuEvent> events;
};

struct PmuEventSet {
  std::string_view name;
  std::uint32_t type = 0;  // of all its events: PERF_TYPE_RAW, but for tests
  PmuEvent cycles;
  std::vector<PmuGroup> groups;  // at most four events each: what a hyperthread has
  // Part of the cycles (or slots), from the rates per cycle of all events in their order.
  double (*memory_share)(std::span<const double> rates) = nullptr;
};

// Null: this model has no such events, or we do not know them.
const PmuEventSet* event_set_of(const CpuModel& cpu);

}  // namespace boundscope
