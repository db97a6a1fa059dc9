#include "analyze/footprint.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "analyze/thresholds.h"

namespace boundscope {
namespace {

double value(const std::optional<std::uint64_t>& bytes) {
  return static_cast<double>(bytes.value_or(0));
}

// The last look, wherever in the recording it was: it is about levels, not about the load.
const std::vector<MemoryTotals>* last_look(const Recording& recording) {
  const std::vector<MemoryTotals>* last = nullptr;
  for (const Window& window : recording.windows) {
    if (!window.memory.empty()) last = &window.memory;
  }
  return last;
}

std::optional<double> processes_alive(const Run& run) {
  if (run.windows.empty()) return std::nullopt;
  std::set<pid_t> pids;
  for (const ProcessWindow& process : run.windows.back()->processes) pids.insert(process.pid);
  if (pids.empty()) return std::nullopt;
  return static_cast<double>(pids.size());
}

bool was_looked_at(const MemoryTotals& row) {
  return row.pss_bytes && row.private_bytes && value(row.rss_bytes) > 0;
}

// The one of those looked at that is nearest in size, itself if it is one; null if there is none.
const MemoryTotals* alike(const MemoryTotals& row, const std::vector<MemoryTotals>& rows) {
  if (was_looked_at(row)) return &row;
  const auto distance = [&](const MemoryTotals& other) {
    return std::abs(value(other.rss_bytes) - value(row.rss_bytes));
  };
  const MemoryTotals* nearest = nullptr;
  for (const MemoryTotals& other : rows) {
    if (was_looked_at(other) && (nearest == nullptr || distance(other) < distance(*nearest)))
      nearest = &other;
  }
  return nearest;
}

// Sums over all rows. Of those that were not looked at only the size is known: they are taken to be
// like the one nearest in size, as the workers of a server are.
struct Looked {
  double pss = 0, unshared = 0;
  double looked_pss = 0;      // of the rows that were looked at
  double by_mapping_pss = 0;  // pss of those looked at by mapping
  double anonymous = 0, stack = 0, code = 0, file = 0;
  bool by_mapping = false;
  std::string missing;
};

Looked sums_of(const std::vector<MemoryTotals>& rows) {
  Looked sums;
  for (const MemoryTotals& row : rows) {
    if (sums.missing.empty()) sums.missing = row.missing;
    const MemoryTotals* like = alike(row, rows);
    if (like == nullptr) continue;
    const double scale = value(row.rss_bytes) / value(like->rss_bytes);
    sums.pss += value(like->pss_bytes) * scale;
    sums.unshared += value(like->private_bytes) * scale;
    if (like != &row) continue;
    sums.looked_pss += value(row.pss_bytes);
    if (!row.anonymous_bytes) continue;
    sums.by_mapping = true;
    sums.by_mapping_pss += value(row.pss_bytes);
    sums.anonymous += value(row.anonymous_bytes);
    sums.stack += value(row.stack_bytes);
    sums.code += value(row.code_bytes);
    sums.file += value(row.file_bytes);
  }
  return sums;
}

// How much of the anonymous memory is neither the runtime's heap nor stacks: what the C library's
// allocator holds, or an interpreter's.
void set_allocator(MemorySummary& memory, double anonymous) {
  const double heap = std::min(memory.heap_bytes.value_or(0), anonymous);
  memory.allocator_bytes = anonymous - heap;
}

}  // namespace

void set_footprint(MemorySummary& memory, const Run& run) {
  if (memory.heap_bytes && memory.live_heap_bytes) {
    memory.heap_headroom_bytes = std::max(0.0, *memory.heap_bytes - *memory.live_heap_bytes);
  }
  memory.processes = processes_alive(run);
  const std::vector<MemoryTotals>* look = last_look(*run.recording);
  if (look == nullptr) return;
  memory.processes = static_cast<double>(look->size());
  const Looked sums = sums_of(*look);
  memory.footprint_missing = sums.missing;
  if (!(sums.pss > 0)) return;
  memory.footprint_source = sums.by_mapping ? "smaps" : "smaps_rollup";
  memory.pss_bytes = sums.pss;
  memory.private_bytes = std::min(sums.pss, sums.unshared);
  memory.shared_bytes = *memory.pss_bytes - *memory.private_bytes;
  memory.worker_bytes = *memory.private_bytes / *memory.processes;
  // A part of the processes stands for all only if it is the larger one.
  if (sums.by_mapping_pss < kHoldsMuch * sums.looked_pss || !(sums.by_mapping_pss > 0)) return;
  const double to_all = *memory.pss_bytes / sums.by_mapping_pss;
  memory.stack_bytes = sums.stack * to_all;
  memory.code_bytes = sums.code * to_all;
  memory.mapped_file_bytes = sums.file * to_all;
  set_allocator(memory, sums.anonymous * to_all);
}

}  // namespace boundscope
