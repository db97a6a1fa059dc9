// Levels and counters of /proc and cgroups, window by window.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "boundscope/recording.h"
#include "target/cgroup_fs.h"
#include "target/memory_cgroups.h"
#include "target/proc_fs.h"

namespace boundscope {

// Remembers what was read last; each read() yields the differences since then.
class HostCounters {
 public:
  // Takes the base line of the first window.
  explicit HostCounters(const Target& target, const HostRoots& roots = {});

  // `pids`: the target's processes that are alive now. A process that ended since the last read
  // takes what it used since then with it; one that was born since then counts from its birth.
  HostWindow read(std::span<const pid_t> pids);

 private:
  struct ProcessCounters {
    std::uint64_t start_ticks = 0;
    std::uint64_t cpu_ticks = 0;
    std::uint64_t minor_faults = 0;
    std::uint64_t major_faults = 0;
    std::optional<std::uint64_t> read_bytes;  // from storage
  };
  // Totals since boot; what cannot be read is absent.
  struct Totals {
    std::optional<std::uint64_t> cgroup_cpu_ns;
    std::optional<std::uint64_t> throttled_ns;
    std::optional<std::uint64_t> periods;
    std::optional<std::uint64_t> periods_throttled;
    MemoryEvents memory;
    std::optional<std::uint64_t> pressure_cpu_ns;
    std::optional<std::uint64_t> pressure_memory_ns;
    std::optional<std::uint64_t> pressure_memory_some_ns;
    std::optional<std::uint64_t> pressure_io_ns;
    std::optional<std::uint64_t> steal_ns;
    std::optional<std::uint64_t> busy_ns;
  };

  struct PressureFile {
    std::string path;
    bool of_cgroup = false;  // else the host's stands in
  };

  void choose_pressure(const std::optional<CgroupDirectory>& own, const CgroupFs& cgroups,
                       const Target& target);
  void add_processes(std::span<const pid_t> pids, HostWindow& window);
  Totals read_totals() const;
  void read_cpu_cgroup(Totals& totals) const;
  void read_host_cpu(Totals& totals) const;
  void read_pressure(Totals& totals) const;
  void set_memory(HostWindow& window, const MemoryEvents& now) const;
  std::optional<std::uint64_t> uptime_ticks() const;

  ProcFs proc_;
  std::uint64_t tick_ns_;
  std::uint64_t page_bytes_;
  std::optional<CgroupDirectory> cpu_;  // the one whose quota throttles the target
  MemoryCgroups memory_;
  PressureFile cpu_pressure_, memory_pressure_, io_pressure_;
  std::optional<std::string> scope_;  // holds exactly the target; absent: sum of processes
  std::map<pid_t, ProcessCounters> processes_;
  std::optional<std::uint64_t> read_at_ticks_;  // since boot
  Totals totals_;
};

}  // namespace boundscope
