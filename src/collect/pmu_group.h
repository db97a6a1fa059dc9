// A group of counters on one thread: cycles and the events of a group, in user space.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "boundscope/result.h"
#include "collect/pmu_events.h"
#include "target/unique_fd.h"

namespace boundscope {

struct PmuCounts {
  double cycles = 0;
  std::vector<double> events;
};

class PmuGroupCounter {
 public:
  // Counts from now on. tid 0 is the calling thread. Errors: no such counters (most virtual
  // machines), or no privilege (kernel.perf_event_paranoid).
  static Result<PmuGroupCounter> open(const PmuEventSet& set, const PmuGroup& group, pid_t tid);

  // Since it was opened. Empty: others used the counters for some of the time, so that these are
  // guesses.
  std::optional<PmuCounts> read() const;

 private:
  std::vector<UniqueFd> counters_;  // the first leads
};

}  // namespace boundscope
