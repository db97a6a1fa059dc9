// What a process's memory is made of, as the kernel tells it by mapping.
//
// The kernel walks the page tables to answer and keeps the process from mapping memory meanwhile:
// about 5 ms a gigabyte. So a look has a budget, its cost is estimated before, and what would
// exceed it is left out and said.
#pragma once

#include <chrono>
#include <span>
#include <string_view>
#include <vector>

#include "boundscope/recording.h"
#include "boundscope/target.h"
#include "target/proc_fs.h"

namespace boundscope {

// Sums of /proc/PID/smaps, by kind of mapping. Lines that make no sense are left out; `rss_bytes`
// is empty if there was none that does.
MemoryTotals parse_smaps(std::string_view text);

// /proc/PID/smaps_rollup: the sums alone.
MemoryTotals parse_smaps_rollup(std::string_view text);

class FootprintReader {
 public:
  explicit FootprintReader(const HostRoots& roots = {}) : proc_(roots.proc) {}

  // One row for each process that lives, at most kMaxRows of them: the largest, the smallest, and
  // the others by size. `budget` is CPU time.
  std::vector<MemoryTotals> read(std::span<const pid_t> pids, std::chrono::nanoseconds budget);

  static constexpr std::size_t kMaxRows = 512;

 private:
  MemoryTotals look_at(pid_t pid, std::uint64_t rss_bytes, double& left_ns);
  bool read_mappings(pid_t pid, MemoryTotals& totals);
  bool read_sums(pid_t pid, MemoryTotals& totals);

  ProcFs proc_;
  double walk_ns_per_byte_ = 0;  // the slowest seen; 0: none yet
};

}  // namespace boundscope
