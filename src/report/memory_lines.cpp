#include "report/memory_lines.h"

#include <fmt/format.h>

#include "report/format.h"

namespace boundscope {
namespace {

// Pages a second; a few are read again on any host, and nobody waits for them.
constexpr double kManyRefaults = 100;

constexpr double kNamedPart = 0.02;  // of the memory; smaller parts are left to the JSON

void add_part(std::string& line, const std::optional<double>& part, double all, const char* what) {
  if (!part || *part < kNamedPart * all) return;
  line += (line.empty() ? "" : ", ") + bytes(*part) + " " + what;
}

std::string made_of(const MemorySummary& memory) {
  if (!memory.pss_bytes) return {};
  const double all = *memory.pss_bytes;
  std::string line;
  add_part(line, memory.live_heap_bytes, all, "live objects");
  add_part(line, memory.heap_headroom_bytes, all, "room for the collector");
  add_part(line, memory.allocator_bytes, all,
           memory.heap_bytes ? "other allocations" : "allocated");
  add_part(line, memory.stack_bytes, all, "stacks");
  add_part(line, memory.code_bytes, all, "program and libraries");
  add_part(line, memory.mapped_file_bytes, all, "mapped files");
  return line.empty() ? line : "made of " + line;
}

std::string sharing(const MemorySummary& memory) {
  if (!memory.pss_bytes || !memory.worker_bytes || memory.processes.value_or(1) < 2) return {};
  return fmt::format("{} processes: {} together, {} of it shared; each has {} of its own",
                     count(*memory.processes), bytes(*memory.pss_bytes),
                     bytes(memory.shared_bytes.value_or(0)), bytes(*memory.worker_bytes));
}

std::string growth(const MemorySummary& memory) {
  if (!memory.limit_reached_in_s) return {};
  return fmt::format(
      "grows by {}/s ({} to {}), meets its limit in {} at that rate",
      bytes(memory.rss_slope_bytes_per_s.value_or(0)), bytes(memory.rss_slope_low.value_or(0)),
      bytes(memory.rss_slope_high.value_or(0)), duration(*memory.limit_reached_in_s));
}

std::string shortage(const MemorySummary& memory) {
  std::string line;
  const auto add = [&](const std::string& text) { line += (line.empty() ? "" : ", ") + text; };
  if (memory.limit_hits_per_s.value_or(0) >= 1)
    add(fmt::format("its limit is met {} times a second", number(*memory.limit_hits_per_s)));
  if (memory.refaults_per_s.value_or(0) >= kManyRefaults)
    add(fmt::format("{} evicted pages a second are read again", number(*memory.refaults_per_s)));
  return line;
}

}  // namespace

std::vector<std::string> memory_lines(const MemorySummary& memory) {
  std::vector<std::string> lines;
  for (std::string line : {made_of(memory), sharing(memory), growth(memory), shortage(memory)})
    if (!line.empty()) lines.push_back(std::move(line));
  return lines;
}

}  // namespace boundscope
