// Run: the part of a recording that the analysis speaks about.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "boundscope/recording.h"

namespace boundscope {

// Windows of the last stable segment, or of the whole recording. Neighbouring windows are merged
// into rows where there are more than kMaxRows of them.
struct Run {
  const Recording* recording = nullptr;
  std::vector<const Window*> windows;
  std::vector<std::size_t> row;  // of each window
  std::size_t rows = 0;
  std::size_t observed_rows = 0;  // rows with event probes attached for some of their time
  double duration_ns = 0;
  double observed_ns = 0;
  bool non_stationary = false;     // behaviour changed and the stable end is too short to use alone
  std::optional<double> stable_s;  // length of the stable end, if behaviour changed
  std::map<pid_t, const TargetProcess*> processes;

  Runtime runtime_of(pid_t pid) const {
    const auto found = processes.find(pid);
    return found == processes.end() ? Runtime::unknown : found->second->runtime;
  }
};

Run select_run(const Recording& recording);

}  // namespace boundscope
