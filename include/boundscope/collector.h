// Collector: measures a target and hands over windows as they close.
//
// record() attaches, measures for `duration_s`, detaches. Nothing stays attached after it returns,
// nor when the process is killed: every probe hangs on a file descriptor of ours.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
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
  bool by_kprobes = false;               // requests by kprobes, whatever else the kernel has
  std::uint32_t most_table_entries = 0;  // in the kernel, for tests; 0: as many as each is for
  HostRoots roots;
};

// The kernel side, loaded, and its CPU clocks running, before anything is known of a target: all
// that takes the right to load programs. What comes after it may be confined (src/cli/sandbox.h).
class LoadedProbes {
 public:
  struct Parts;

  // Errors: no privilege (names the capability), no BTF, a kernel that refuses the programs.
  static Result<LoadedProbes> load(const CollectOptions& options);
  LoadedProbes(LoadedProbes&&) noexcept;
  LoadedProbes& operator=(LoadedProbes&&) noexcept;
  ~LoadedProbes();

  Parts take() &&;

 private:
  explicit LoadedProbes(Parts parts);
  std::unique_ptr<Parts> parts_;
};

// A system call that is made after load(), beside those that any program makes that reads files.
struct NeededCall {
  std::string name;
  unsigned argument = 0;                   // which one is limited, counted from 0
  std::vector<std::uint64_t> values = {};  // to these; empty: any
};
std::vector<NeededCall> calls_while_measuring();

// `stop` ends the measurement early when it turns true (SIGINT); the windows so far are delivered.
// Errors: target gone before the first window, a kernel that refuses to attach a program.
Result<> record(const Target& target, const CollectOptions& options, RecordingSink& sink,
                const std::atomic<bool>& stop, LoadedProbes probes);
// The same with probes of its own.
Result<> record(const Target& target, const CollectOptions& options, RecordingSink& sink,
                const std::atomic<bool>& stop);

// The last rung, without BPF: reads /proc again and again. What threads did on a CPU and how long
// they waited for one is counted by the kernel; what they waited for otherwise is estimated from
// where they were each time we looked. Requests cannot be seen this way, and no CPU samples are
// taken.
Result<> record_by_polling(const Target& target, const CollectOptions& options, RecordingSink& sink,
                           const std::atomic<bool>& stop);

// One line of `boundscope doctor`.
struct HostCheck {
  std::string name;  // "btf", "tracefs", "perf_event_paranoid", "psi" ...
  CapabilityState state = CapabilityState::absent;
  std::string found;    // what is there
  std::string command;  // what closes the gap; empty if nothing does or none is needed
};
std::vector<HostCheck> check_host(const HostRoots& roots = {});
// Loads the probes and takes them away again: what this kernel really accepts.
std::vector<HostCheck> try_probes();

}  // namespace boundscope
