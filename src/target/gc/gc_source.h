// What a runtime counts of its own garbage collection, read from outside: no stop, no probe, no
// code in the target. docs/gc.md says for each runtime where the figures come from and how far
// they can be trusted.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "boundscope/result.h"
#include "boundscope/target.h"

namespace boundscope {

// Counters count since the runtime started; subtract two readings. What a runtime does not tell, or
// not in a way that checks out, is empty.
struct GcReading {
  std::string source;     // "go-memstats" "hsperfdata" "hsperfdata-memory"
  std::string collector;  // "go", or of a JVM as in TargetProcess; empty: not known

  // Counters.
  std::optional<std::uint64_t> cycles;     // collections that are finished
  std::optional<std::uint64_t> pauses;     // stops of the program; of a JVM for any reason
  std::optional<std::uint64_t> pause_ns;   // their length, the time to stop included
  std::optional<std::uint64_t> gc_cpu_ns;  // pauses, workers and assists
  std::optional<std::uint64_t> concurrent_gc_cpu_ns;  // workers beside the program, idle ones not
  std::optional<std::uint64_t> assist_cpu_ns;         // collecting that allocating threads do
  std::optional<std::uint64_t> sched_latency_ns;      // runnable goroutines that did not run yet
  std::optional<std::uint64_t> mutex_wait_ns;         // goroutines that waited for a lock
  std::optional<std::uint64_t> lock_contentions;      // attempts to enter a lock that was held
  std::optional<std::uint64_t> lock_parks;            // threads put to sleep by a lock

  // Upper bound of the longest stop since the last reading, or since the source was opened. Empty
  // if there was none, or none that the runtime remembers.
  std::optional<std::uint64_t> longest_pause_ns;

  // Levels.
  std::optional<std::uint64_t> live_heap_bytes;      // what the last collection left
  std::optional<std::uint64_t> heap_used_bytes;      // objects, dead ones included
  std::optional<std::uint64_t> heap_capacity_bytes;  // what the runtime holds for objects
  std::optional<std::uint64_t> heap_goal_bytes;      // when it collects next
  std::optional<std::uint64_t> heap_max_bytes;       // what it may grow to
  std::optional<std::int32_t> gc_percent;            // GOGC; -1 is off
  std::optional<std::uint64_t> memory_limit_bytes;   // GOMEMLIMIT; empty: none
  std::optional<std::uint32_t> max_procs;            // GOMAXPROCS
};

// One process. Needs the right to look at it when it is opened, and none later.
class GcSource {
 public:
  virtual ~GcSource() = default;
  // Errors: the process is gone or runs another program, or what it holds makes no sense any more.
  virtual Result<GcReading> read() = 0;
};

// Errors say why there is no source and what the user can do: the runtime counts nothing that can
// be seen from outside, its counters are switched off, its layout is not one we know, no privilege.
Result<std::unique_ptr<GcSource>> open_gc_source(pid_t pid, Runtime runtime,
                                                 const HostRoots& roots = {});

}  // namespace boundscope
