// Totals: the quantities every share is made of, one row per (merged) window. Whatever is computed
// from a row can be computed from the sum of any choice of rows; that is what intervals rest on.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "analyze/owners.h"
#include "analyze/process_model.h"
#include "analyze/run.h"
#include "analyze/table.h"

namespace boundscope {

// Where time goes, finer than what is displayed: locks by what their holder did.
enum class Part {
  cpu,
  run_queue,
  throttled,
  lock_heap,  // for the collector to make room
  lock_interpreter,
  lock_running,
  lock_disk,
  lock_upstream,
  lock_other,
  disk,
  paging,
  upstream,
  stopped,  // by the runtime, for a collection
  other,
};
inline constexpr std::size_t kParts = 14;

enum class Column : std::size_t {
  in_flight,
  transfer,
  socket_queue,
  behind_running,
  behind_waiting,
  behind_nothing,
  multiplexed,
  finished,
  latency,
  observed,
  on_cpu,
  wanted,
  busiest_thread,
  second_thread,
  host_cpu,
  host_cpu_time,
  periods,
  periods_throttled,
  threads_busy,     // processes' time with a thread on CPU
  stopped_running,  // CPU time while the program was stopped
  paging_samples,   // in the kernel, for pages that are not in memory: in a page fault
  read_samples,     // ... in read()
  room_samples,     // ... to make room
  stall_samples,    // in user space whose code could be read
  stall_unread,     // ... could not
  stall_after_load,
  stall_unclear,
  stall_expected,  // after loads that hit
  stall_cycles,    // by hardware counters
  stall_memory_cycles,
  point,  // kParts columns each from here on
  low = point + kParts,
  high = low + kParts,
  thread_view = high + kParts,
  owner = thread_view + kParts,  // kCpuOwners columns
  count = owner + kCpuOwners,
};
inline constexpr std::size_t kColumns = static_cast<std::size_t>(Column::count);

constexpr std::size_t at(Column column) { return static_cast<std::size_t>(column); }
constexpr std::size_t at(Column first, Part part) {
  return static_cast<std::size_t>(first) + static_cast<std::size_t>(part);
}

// A thread over the observed windows.
struct ThreadSums {
  pid_t pid = 0;
  std::string comm;
  double on_cpu_ns = 0, waiting_for_cpu_ns = 0, throttled_ns = 0, switches = 0;
  double freeing_ns = 0;  // of on_cpu_ns: making room for memory
  std::array<double, kWaitClasses> blocked_ns{};

  double busy_ns() const { return on_cpu_ns + waiting_for_cpu_ns + throttled_ns; }
  double working_ns() const;  // on CPU or waiting for disk or memory
};
struct Threads {
  std::map<pid_t, ThreadSums> all;  // by tid
  std::set<pid_t> working;          // tids of threads that work >= 1 % of the observed time
  pid_t busiest = 0;                // tid
  pid_t second = 0;                 // tid of the next; 0: there is one thread
  // A process whose threads take turns under an interpreter lock and together are busier than any
  // one thread: the service's single thread, in effect.
  std::optional<pid_t> lane;
};
Threads sum_threads(const Run& run, const std::map<pid_t, ProcessModel>& models);

Table totals(const Run& run, const std::map<pid_t, ProcessModel>& models, const Threads& threads,
             const OwnerCounts& owners);

}  // namespace boundscope
