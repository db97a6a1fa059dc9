#include "target/footprint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "target/thread_cpu.h"

namespace boundscope {
namespace {

// Page table entries are read at some 20 ns each; measured 4 to 6 ms a gigabyte.
constexpr double kWalkNsPerByte = 6e6 / (1 << 30);
// Text of as many mappings is made: 5 us each.
constexpr std::size_t kFewMappings = 1000;
constexpr std::size_t kMapsLimit = 160 * kFewMappings;    // a long line of maps
constexpr std::size_t kSmapsLimit = 1500 * kFewMappings;  // its 24 lines of smaps
constexpr double kMappingNs = 5'000;

std::string cannot_read(const char* what, int error) {
  return fmt::format("{} cannot be read: {}", what, std::strerror(error));
}

}  // namespace

// True: `totals` is final, with sums or with the reason why there are none.
bool FootprintReader::read_mappings(pid_t pid, MemoryTotals& totals) {
  const FileText maps = read_file(proc_.path(pid, "maps"), kMapsLimit);
  const auto lines = std::count(maps.text.begin(), maps.text.end(), '\n');
  if (!maps || maps.truncated || static_cast<std::size_t>(lines) > kFewMappings) return false;
  const FileText smaps = read_file(proc_.path(pid, "smaps"), kSmapsLimit);
  if (!smaps || smaps.truncated) return false;
  MemoryTotals parsed = parse_smaps(smaps.text);
  if (!parsed.rss_bytes) return false;
  totals = std::move(parsed);
  return true;
}

bool FootprintReader::read_sums(pid_t pid, MemoryTotals& totals) {
  const FileText rollup = read_file(proc_.path(pid, "smaps_rollup"));
  if (!rollup) {
    totals.missing = cannot_read("smaps_rollup", rollup.error);
    return false;
  }
  MemoryTotals parsed = parse_smaps_rollup(rollup.text);
  if (!parsed.rss_bytes) {
    totals.missing = "smaps_rollup is not as expected";
    return false;
  }
  totals = std::move(parsed);
  totals.missing = "too many mappings to look at each";
  return true;
}

MemoryTotals FootprintReader::look_at(pid_t pid, std::uint64_t rss_bytes, double& left_ns) {
  MemoryTotals totals;
  totals.source = "statm";
  totals.rss_bytes = rss_bytes;
  const double rate = std::max(kWalkNsPerByte, walk_ns_per_byte_);
  const double estimate_ns = rate * static_cast<double>(rss_bytes);
  if (estimate_ns > left_ns) {
    totals.missing = fmt::format("walking its {:.1f} GiB would take {:.0f} ms, and {:.0f} are left",
                                 static_cast<double>(rss_bytes) / (1 << 30), estimate_ns / 1e6,
                                 std::max(0.0, left_ns / 1e6));
    return totals;
  }
  const double began_ns = thread_cpu_ns();
  const bool affordable = estimate_ns + kFewMappings * kMappingNs <= left_ns;
  if (!affordable || !read_mappings(pid, totals)) read_sums(pid, totals);
  const double spent_ns = thread_cpu_ns() - began_ns;
  left_ns -= spent_ns;
  // Of a small process it is the text that costs.
  if (rss_bytes > (std::uint64_t{256} << 20)) {
    walk_ns_per_byte_ = std::max(walk_ns_per_byte_, spent_ns / static_cast<double>(rss_bytes));
  }
  return totals;
}

std::vector<MemoryTotals> FootprintReader::read(std::span<const pid_t> pids,
                                                std::chrono::nanoseconds budget) {
  std::vector<std::pair<std::uint64_t, pid_t>> by_size;
  for (const pid_t pid : pids) {
    if (const auto resident = proc_.resident(pid)) by_size.emplace_back(resident->bytes(), pid);
  }
  std::sort(by_size.begin(), by_size.end(), std::greater<>());
  if (by_size.size() > kMaxRows) by_size.resize(kMaxRows);
  // The smallest comes second: it may be the parent of workers that are alike, and there may not be
  // time for all of them.
  if (by_size.size() > 2) std::rotate(by_size.begin() + 1, by_size.end() - 1, by_size.end());
  auto left_ns = static_cast<double>(budget.count());
  std::vector<MemoryTotals> rows;
  for (const auto& [rss_bytes, pid] : by_size) {
    rows.push_back(look_at(pid, rss_bytes, left_ns));
    rows.back().pid = pid;
  }
  return rows;
}

}  // namespace boundscope
