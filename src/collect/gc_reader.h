// Garbage collection of the target's processes: what their runtimes count, read from outside, and
// their stops as probes see them. One row a process and window.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "boundscope/recording.h"
#include "boundscope/target.h"
#include "collect/kernel_probes.h"
#include "collect/stop_probes.h"
#include "target/gc/gc_source.h"

namespace boundscope {

class GcReader {
 public:
  GcReader(KernelProbes& kernel, const HostRoots& roots)
      : kernel_(&kernel), roots_(roots), probes_(kernel) {}

  // Takes up a process, or the other program that it executes by now. Done twice it does nothing.
  void follow(std::uint32_t slot, const TargetProcess& process);
  void forget(std::uint32_t slot);

  // Adds what happened since the last reading. `budget_share` of the target's CPU time is what the
  // probes may cost: those of a process whose stops are too many are taken off again.
  void read(Window& window, double budget_share);

  // CPU time that the probes for stops took from the target in the window read last.
  std::uint64_t cost_ns() const { return cost_ns_; }

 private:
  struct Followed {
    pid_t pid = 0;
    std::string program;  // identity of what it executes
    Runtime runtime = Runtime::unknown;
    std::unique_ptr<GcSource> source;
    std::optional<GcReading> last;
    std::string probes;  // how the stops are seen; empty: they are not
    std::string missing;
    int reopened = 0;  // its counters, after they could not be read any more
    std::uint64_t stops = 0, stopped_ns = 0, ended_ns = 0;  // at the last reading
    std::uint64_t cost_ns = 0, allowed_ns = 0;              // of its probes, so far
  };
  void open_source(Followed& followed);
  void attach_probes(std::uint32_t slot, Followed& followed);
  void read_source(Followed& followed, GcTotals& totals);
  void read_stops(std::uint32_t slot, Followed& followed, GcTotals& totals);
  void end_overdue_stop(std::uint32_t slot, const Followed& followed);
  void forget_probes(std::uint32_t slot, Followed& followed);
  void give_up_probes(const Followed& followed, std::uint64_t stops);

  KernelProbes* kernel_;
  HostRoots roots_;
  StopProbes probes_;
  std::map<std::uint32_t, Followed> followed_;  // by slot
  std::uint64_t cost_ns_ = 0;
};

}  // namespace boundscope
