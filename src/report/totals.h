// What the report says about the recording itself: the target, the time and the cost, added up.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "boundscope/recording.h"

namespace boundscope {

struct RecordingTotals {
  double duration_s = 0;
  double observed_s = 0;
  std::size_t intervals = 0;  // windows in which something was observed
  std::uint64_t threads = 0;

  // Cost of measuring; empty where nothing was measured.
  std::optional<double> tool_cpu_cores;
  std::optional<double> tool_rss_bytes;
  std::optional<double> switches_per_s;
  std::optional<double> ns_per_switch;    // all event probes, by recorded switch
  std::optional<double> on_target_share;  // of the target's CPU time
  std::uint64_t samples = 0;
  std::uint64_t lost = 0;
  std::set<std::string> lost_what;  // kinds, as docs/recording-format.md has them
};

RecordingTotals totals_of(const Recording& recording);

}  // namespace boundscope
