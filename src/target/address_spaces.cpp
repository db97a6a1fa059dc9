#include "target/address_spaces.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "target/thread_cpu.h"

namespace boundscope {
namespace {

constexpr std::size_t kMostProcesses = 4096;
constexpr std::uint64_t kWindowsKept = 60;  // what is known of a process that was not asked for

// Reading the same ones again takes at most this share of a CPU, unless it is quick or long ago.
constexpr double kCpuShare = 0.001;
constexpr double kQuickNs = 0.5e6;
constexpr double kLongAgoNs = 10e9;

double steady_ns() {
  return std::chrono::duration<double, std::nano>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

AddressSpaces::AddressSpaces(ProcFs proc)
    : AddressSpaces(std::move(proc), {.now_ns = steady_ns, .cpu_ns = thread_cpu_ns}) {}

ProcessCode& AddressSpaces::of(pid_t pid) {
  Entry& entry = entries_[pid];
  entry.used_in_window = window_;
  if (!entry.is_current) {
    entry.is_current = true;
    if (!is_fresh(pid, entry)) read(pid, entry);
  }
  return entry.code;
}

void AddressSpaces::forget() {
  round_cost_ns_ = 0;
  for (auto& [pid, entry] : entries_) {
    entry.is_current = false;
    if (entry.used_in_window == window_) round_cost_ns_ += entry.cost_ns;
  }
  ++window_;
  std::erase_if(entries_, [&](const auto& entry) {
    return entry.second.used_in_window + kWindowsKept < window_;
  });
  if (entries_.size() > kMostProcesses) entries_.clear();
}

std::optional<AddressSpaces::Program> AddressSpaces::program_of(pid_t pid) const {
  const auto stat = proc_.thread_stat(pid, pid);
  if (!stat) return std::nullopt;
  return Program{stat->start_ticks, stat->code_start, stat->stack_start};
}

// Whether it was read lately, for what reading all of them takes, and is the same program still.
bool AddressSpaces::is_fresh(pid_t pid, const Entry& entry) const {
  const double round_cost_ns = std::max(round_cost_ns_, entry.cost_ns);
  if (entry.cost_ns == 0 || round_cost_ns <= kQuickNs) return false;
  const double pause_ns = std::min(round_cost_ns / kCpuShare, kLongAgoNs);
  if (clocks_.now_ns() - entry.read_at_ns >= pause_ns) return false;
  const auto program = program_of(pid);
  return !program || program == entry.program;
}

void AddressSpaces::read(pid_t pid, Entry& entry) {
  entry.read_at_ns = clocks_.now_ns();
  const double began = clocks_.cpu_ns();
  entry.program = program_of(pid);
  const FileText maps = proc_.maps(pid);
  // A process that is ending has none any more; it ran in those it had.
  if (!maps.text.empty())
    entry.code = {.space = AddressSpace(maps.text), .files = {}, .truncated = maps.truncated};
  entry.cost_ns = clocks_.cpu_ns() - began;
}

}  // namespace boundscope
