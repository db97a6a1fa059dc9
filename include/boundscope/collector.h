// Collector: measures a target and hands over windows as they close.
//
// record() attaches, measures for `duration_s`, detaches. Nothing stays attached after it returns,
// nor when the process is killed: every probe hangs on a file descriptor of ours.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <vector>

#include "boundscope/recording.h"
#include "boundscope/result.h"
#include "boundscope/target.h"

namespace boundscope {

struct CollectOptions {
  double duration_s = 30;
  double frequency_hz = 99;  // of CPU samples, per CPU
  double window_s = 1;       // at most; a short measurement has shorter windows
  double budget_share =
      0.01;  // of the target's CPU time that event probes may cost; 1 switches it off
  HostRoots roots;
};

// `stop` ends the measurement early when it turns true (SIGINT); the windows so far are delivered.
// Errors: no privilege (names the capability), no BTF, target gone before the first window.
Result<> record(const Target& target, const CollectOptions& options, RecordingSink& sink,
                const std::atomic<bool>& stop);

// One line of `boundscope doctor`.
struct HostCheck {
  std::string name;  // "btf", "tracefs", "perf_event_paranoid", "psi" ...
  CapabilityState state = CapabilityState::absent;
  std::string found;    // what is there
  std::string command;  // what closes the gap; empty if nothing does or none is needed
};
std::vector<HostCheck> check_host(const HostRoots& roots = {});

}  // namespace boundscope
