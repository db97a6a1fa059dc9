// What stands at the anchors of a Go program, decoded and checked. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "target/gc/gc_source.h"
#include "target/gc/go_anchors.h"

namespace boundscope {

// Pauses and cycles. The block begins one word before GoAnchors::pause_total.
inline constexpr std::uint64_t kGoPauseBlockSize = 8 + kGoCyclesAfterPauses + 24;
struct GoPauses {
  std::uint64_t cycles = 0;
  std::uint64_t total_ns = 0;
  std::array<std::uint64_t, 256> ring_ns{};  // stops of cycle c + 1 at c % 256
  double cpu_fraction = 0;

  // Of the stops of one cycle, added up; empty if no cycle ended, or more than the ring holds.
  std::optional<std::uint64_t> longest_since(std::uint64_t cycles_before) const;
};

enum class BlockState {
  settled,   // everything agrees
  changing,  // a collection is just being counted: read again
  wrong,     // no block of pauses
};
BlockState parse_go_pauses(std::string_view bytes, GoPauses& pauses);

// CPU time of the collector, up to the end of the last cycle (Go 1.20 and later).
inline constexpr std::uint64_t kGoCpuStatsSize = 11 * 8;
struct GoCpuTimes {
  std::uint64_t assist_ns = 0;
  std::uint64_t dedicated_ns = 0;
  std::uint64_t idle_ns = 0;   // workers on CPUs that had nothing else to do
  std::uint64_t pause_ns = 0;  // times GOMAXPROCS
};
// Empty if the sums do not agree, which also happens while they are being made.
std::optional<GoCpuTimes> parse_go_cpu_times(std::string_view bytes);

// Fills in the levels of the heap. False if they make no sense; `reading` is as it was then.
bool parse_go_pacer(std::string_view bytes, const GoPacerLayout& layout, GcReading& reading);

}  // namespace boundscope
