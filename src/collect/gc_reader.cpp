#include "collect/gc_reader.h"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "collect/kernel_clock.h"
#include "probes.skel.h"

namespace boundscope {
namespace {

// A process that executes something else may never end a stop that the old program began.
constexpr std::uint64_t kOverdueNs = 120'000'000'000;
// The trap of a probe on an instruction that the kernel emulates, and our program
// (docs/gc_probes.md).
constexpr std::uint64_t kStopEventNs = 1000;
constexpr std::uint64_t kNegligibleNs = 1'000'000;  // of a window
constexpr std::uint64_t kBurstNs = 5'000'000;       // beyond what is allowed so far
constexpr int kMostReopened = 5;
// More processes of one target are not looked at one by one.
constexpr std::size_t kMostProcesses = 64;

// Device and inode of the executable.
std::string program_of(const HostRoots& roots, pid_t pid) {
  struct stat file {};
  const std::string exe = roots.proc + "/" + std::to_string(pid) + "/exe";
  if (stat(exe.c_str(), &file) != 0) return {};
  return std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino);
}

bool collects_garbage(Runtime runtime) {
  return runtime != Runtime::native && runtime != Runtime::unknown;
}

std::optional<std::uint64_t> grown(const std::optional<std::uint64_t>& now,
                                   const std::optional<std::uint64_t>& before) {
  if (!now || !before) return std::nullopt;
  return *now >= *before ? *now - *before : 0;
}

void set_levels(GcTotals& totals, const GcReading& now) {
  totals.live_heap_bytes = now.live_heap_bytes;
  totals.heap_used_bytes = now.heap_used_bytes;
  totals.heap_capacity_bytes = now.heap_capacity_bytes;
  totals.heap_goal_bytes = now.heap_goal_bytes;
  totals.heap_max_bytes = now.heap_max_bytes;
  totals.gc_percent = now.gc_percent;
  totals.memory_limit_bytes = now.memory_limit_bytes;
  totals.max_procs = now.max_procs;
}

void set_counters(GcTotals& totals, const GcReading& now, const GcReading& before) {
  totals.cycles = grown(now.cycles, before.cycles);
  totals.pauses = grown(now.pauses, before.pauses);
  totals.pause_ns = grown(now.pause_ns, before.pause_ns);
  totals.longest_pause_ns = now.longest_pause_ns;
  totals.gc_cpu_ns = grown(now.gc_cpu_ns, before.gc_cpu_ns);
  totals.concurrent_gc_cpu_ns = grown(now.concurrent_gc_cpu_ns, before.concurrent_gc_cpu_ns);
  totals.assist_cpu_ns = grown(now.assist_cpu_ns, before.assist_cpu_ns);
  totals.sched_latency_ns = grown(now.sched_latency_ns, before.sched_latency_ns);
  totals.mutex_wait_ns = grown(now.mutex_wait_ns, before.mutex_wait_ns);
  totals.lock_contentions = grown(now.lock_contentions, before.lock_contentions);
  totals.lock_parks = grown(now.lock_parks, before.lock_parks);
}

}  // namespace

void GcReader::follow(std::uint32_t slot, const TargetProcess& process) {
  if (slot == 0 || !collects_garbage(process.runtime)) return;
  const std::string program = program_of(roots_, process.pid);
  const auto known = followed_.find(slot);
  if (known != followed_.end() && known->second.pid == process.pid &&
      known->second.program == program)
    return;
  if (known == followed_.end() && followed_.size() >= kMostProcesses) return;
  const int reopened = known != followed_.end() ? known->second.reopened : 0;
  forget(slot);
  Followed& followed = followed_[slot];
  followed.reopened = reopened;
  followed.pid = process.pid;
  followed.program = program;
  followed.runtime = process.runtime;
  open_source(followed);
  attach_probes(slot, followed);
}

void GcReader::forget(std::uint32_t slot) {
  const auto known = followed_.find(slot);
  if (known == followed_.end()) return;
  forget_probes(slot, known->second);
  followed_.erase(known);
}

void GcReader::open_source(Followed& followed) {
  auto source = open_gc_source(followed.pid, followed.runtime, roots_);
  if (!source) {
    followed.missing = source.error().message;
    return;
  }
  followed.source = *std::move(source);
  if (auto first = followed.source->read()) followed.last = *std::move(first);
}

void GcReader::attach_probes(std::uint32_t slot, Followed& followed) {
  auto points = find_pause_points(followed.pid, followed.runtime, roots_);
  bs_process& process = kernel_->process(slot);
  process.stops_on_main = followed.runtime == Runtime::node ? 1 : 0;
  if (points) {
    if (auto watched = probes_.watch(followed.pid, *points); watched) {
      followed.probes = points->source;
    } else {
      process.stopped_since_ns = 0;  // of one that began while they were attached
      followed.missing += (followed.missing.empty() ? "" : "; ") + watched.error().message;
    }
  } else {
    followed.missing += (followed.missing.empty() ? "" : "; ") + points.error().message;
  }
  followed.stops = process.stops;
  followed.stopped_ns = followed.ended_ns = process.stopped_ns;
}

void GcReader::forget_probes(std::uint32_t slot, Followed& followed) {
  probes_.forget(followed.pid);
  followed.probes.clear();
  kernel_->process(slot).stopped_since_ns = 0;
}

// Workers that are probed together are given up together.
void GcReader::give_up_probes(const Followed& followed, std::uint64_t stops) {
  const std::vector<pid_t> pids = probes_.give_up(followed.pid);
  for (auto& [slot, other] : followed_) {
    if (other.probes.empty() || std::find(pids.begin(), pids.end(), other.pid) == pids.end())
      continue;
    forget_probes(slot, other);
    other.missing = "it stops " + std::to_string(stops) +
                    " times in a window: watching that would exceed the budget";
  }
}

void GcReader::end_overdue_stop(std::uint32_t slot, const Followed& followed) {
  bs_process& process = kernel_->process(slot);
  const std::uint64_t since = process.stopped_since_ns;
  const std::uint64_t now = kernel_now_ns();
  const bool other_program = program_of(roots_, followed.pid) != followed.program;
  if (since != 0 && (other_program || (now > since && now - since > kOverdueNs)))
    process.stopped_since_ns = 0;
}

void GcReader::read_source(Followed& followed, GcTotals& totals) {
  if (!followed.source) return;
  auto now = followed.source->read();
  if (!now) {
    followed.source.reset();
    followed.missing = now.error().message;
    // It may have executed the same program again: another address space.
    if (followed.reopened++ < kMostReopened) followed.program.clear();
    return;
  }
  totals.source = now->source;
  totals.collector = now->collector;
  if (followed.last) set_counters(totals, *now, *followed.last);
  set_levels(totals, *now);
  followed.last = *std::move(now);
}

void GcReader::read_stops(std::uint32_t slot, Followed& followed, GcTotals& totals) {
  if (!followed.probes.empty() && !probes_.watches(followed.pid)) {
    followed.probes.clear();
    followed.missing = "its probes were to be shared with other workers, which failed";
  }
  if (followed.probes.empty()) return;
  bs_process& process = kernel_->process(slot);
  // A stop that is under way counts as far as it has come.
  const std::uint64_t since = process.stopped_since_ns;
  const std::uint64_t ended_ns = process.stopped_ns;
  const std::uint64_t now = kernel_now_ns();
  const std::uint64_t stopped_ns = ended_ns + (since != 0 && now > since ? now - since : 0);
  totals.probes = followed.probes;
  totals.stops = process.stops - followed.stops;
  totals.stopped_ns = stopped_ns > followed.stopped_ns ? stopped_ns - followed.stopped_ns : 0;
  totals.ended_stops_ns = ended_ns - followed.ended_ns;
  totals.longest_stop_ns = std::exchange(process.longest_stop_ns, 0);
  followed.stops = process.stops;
  followed.stopped_ns = std::max(followed.stopped_ns, stopped_ns);
  followed.ended_ns = ended_ns;
  cost_ns_ += *totals.stops * 2 * kStopEventNs;
}

void GcReader::read(Window& window, double budget_share) {
  cost_ns_ = 0;
  for (auto& [slot, followed] : followed_) {
    GcTotals totals;
    totals.pid = followed.pid;
    end_overdue_stop(slot, followed);
    read_source(followed, totals);
    read_stops(slot, followed, totals);
    const std::uint64_t cost = totals.stops.value_or(0) * 2 * kStopEventNs;
    followed.cost_ns += cost;
    followed.allowed_ns += static_cast<std::uint64_t>(
        budget_share * static_cast<double>(window.host.cpu_ns.value_or(0)));
    // Over all windows: collections come in bursts.
    if (cost > kNegligibleNs && followed.cost_ns > followed.allowed_ns + kBurstNs) {
      give_up_probes(followed, *totals.stops);
    }
    totals.missing = followed.missing;
    window.gc.push_back(std::move(totals));
  }
}

}  // namespace boundscope
