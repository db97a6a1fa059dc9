#include "target/host_counters.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "target/limits.h"
#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::uint64_t kNsPerUs = 1'000;
constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
constexpr std::size_t kHostStatLimit = 4096;  // only the first line is needed

std::optional<std::uint64_t> times(std::optional<std::uint64_t> value, std::uint64_t factor) {
  if (value) *value *= factor;
  return value;
}

// Counters may start again (a cgroup made anew, a CPU taken offline): then the window has no value.
std::optional<std::uint64_t> since(std::optional<std::uint64_t> now,
                                   std::optional<std::uint64_t> before) {
  if (!now || !before || *now < *before) return std::nullopt;
  return *now - *before;
}

// "some avg10=0.00 avg60=0.00 avg300=0.00 total=12345", in microseconds.
std::optional<std::uint64_t> pressure_total_us(std::string_view text, std::string_view kind) {
  constexpr std::string_view kTotal = "total=";
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    if (take_word(line) != kind) continue;
    const auto at = line.find(kTotal);
    if (at == std::string_view::npos) return std::nullopt;
    return parse_number<std::uint64_t>(line.substr(at + kTotal.size()));
  }
  return std::nullopt;
}

// Resident memory over all processes. Workers map the same files and the same shared memory (a
// database's buffers): that counts once, as the most that any of them has.
class Resident {
 public:
  void add(const ProcFs& proc, pid_t pid, std::uint64_t rss_pages, std::uint64_t page_bytes) {
    if (const auto kinds = proc.resident(pid)) {
      anonymous_ += kinds->anonymous_bytes;
      file_ = std::max(file_, kinds->file_bytes);
      shmem_ = std::max(shmem_, kinds->shmem_bytes);
      swap_ += kinds->swap_bytes;
      return;
    }
    kinds_known_ = false;
    const ProcMemory pages = proc.memory(pid).value_or(ProcMemory{rss_pages, 0});
    anonymous_ +=
        (pages.resident_pages - std::min(pages.shared_pages, pages.resident_pages)) * page_bytes;
    file_ = std::max(file_, pages.shared_pages * page_bytes);
  }

  void set(HostWindow& window) const {
    window.rss_bytes = anonymous_ + file_ + shmem_;
    if (!kinds_known_) return;
    window.anonymous_bytes = anonymous_;
    window.file_bytes = file_;
    window.shmem_bytes = shmem_;
    window.swap_bytes = swap_;
  }

 private:
  std::uint64_t anonymous_ = 0, file_ = 0, shmem_ = 0, swap_ = 0;
  bool kinds_known_ = true;
};

// CPU time of everything that ran in a cgroup, exited processes included.
std::optional<std::uint64_t> read_usage_ns(const std::string& directory) {
  const FileText v1 = read_file(directory + "/cpuacct.usage");
  if (v1) return parse_number<std::uint64_t>(trim(v1.text));
  return times(find_value(read_file(directory + "/cpu.stat").text, "usage_usec"), kNsPerUs);
}

}  // namespace

HostCounters::HostCounters(const Target& target, const HostRoots& roots)
    : proc_(roots.proc),
      tick_ns_(kNsPerSecond / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK))),
      page_bytes_(static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))) {
  const CgroupFs cgroups(roots.cgroup);
  const auto entries = proc_.cgroups(target.processes.front().pid);
  cpu_ = cpu_limiting(cpu_line(target, cgroups, proc_));
  memory_ = MemoryCgroups(target, cgroups, proc_);
  choose_pressure(cgroups.unified(entries), cgroups, target);
  scope_ = target.cgroup_scope;

  std::vector<pid_t> pids;
  for (const TargetProcess& process : target.processes) pids.push_back(process.pid);
  HostWindow base_line;
  add_processes(pids, base_line);
  totals_ = read_totals();
}

// Settled from the start: the host's sums, beside those of a cgroup that is gone, would be what it
// had pressure in this window.
void HostCounters::choose_pressure(const std::optional<CgroupDirectory>& own,
                                   const CgroupFs& cgroups, const Target& target) {
  std::optional<CgroupDirectory> whole;
  if (own) whole = from_scope(cgroups.with_ancestors(*own), target.cgroup_scope).front();
  const auto choose = [&](const std::string& resource) {
    const std::string of_cgroup = whole ? whole->file(resource + ".pressure") : "";
    const bool is_there = whole && path_exists(of_cgroup);
    return PressureFile{is_there ? of_cgroup : proc_.path("pressure/" + resource), is_there};
  };
  cpu_pressure_ = choose("cpu");
  memory_pressure_ = choose("memory");
  io_pressure_ = choose("io");
}

std::optional<std::uint64_t> HostCounters::uptime_ticks() const {
  const FileText file = proc_.read("uptime");
  std::string_view text = file.text;
  const auto seconds = parse_real(take_word(text));
  if (!seconds || !(*seconds >= 0)) return std::nullopt;
  return static_cast<std::uint64_t>(*seconds * 1e9 / static_cast<double>(tick_ns_));
}

void HostCounters::add_processes(std::span<const pid_t> pids, HostWindow& window) {
  std::map<pid_t, ProcessCounters> now;
  std::uint64_t cpu_ticks = 0;
  std::uint64_t minor_faults = 0;
  std::uint64_t major_faults = 0;
  Resident resident;
  for (const pid_t pid : pids) {
    const auto stat = proc_.stat(pid);
    if (!stat || now.contains(pid)) continue;
    const ProcessCounters current{stat->start_ticks, stat->cpu_ticks, stat->minor_faults,
                                  stat->major_faults, proc_.read_bytes(pid)};
    now[pid] = current;

    ProcessCounters base = current;  // older than the window, but new to us: counts from now on
    const auto known = processes_.find(pid);
    if (known != processes_.end() && known->second.start_ticks == current.start_ticks) {
      base = known->second;
    } else if (read_at_ticks_ && current.start_ticks >= *read_at_ticks_) {
      base = {.start_ticks = current.start_ticks, .read_bytes = 0};  // born in this window
    }
    cpu_ticks += current.cpu_ticks - std::min(base.cpu_ticks, current.cpu_ticks);
    minor_faults += current.minor_faults - std::min(base.minor_faults, current.minor_faults);
    major_faults += current.major_faults - std::min(base.major_faults, current.major_faults);

    if (const auto read = since(current.read_bytes, base.read_bytes)) {
      window.read_pages = window.read_pages.value_or(0) + *read / page_bytes_;
    }

    resident.add(proc_, pid, stat->rss_pages, page_bytes_);
  }
  processes_ = std::move(now);
  read_at_ticks_ = uptime_ticks();
  if (processes_.empty()) return;
  window.cpu_ns = cpu_ticks * tick_ns_;
  window.minor_faults = minor_faults;
  window.major_faults = major_faults;
  resident.set(window);
}

void HostCounters::read_cpu_cgroup(Totals& totals) const {
  if (!cpu_) return;
  const FileText file = read_file(cpu_->file("cpu.stat"));
  totals.periods = find_value(file.text, "nr_periods");
  totals.periods_throttled = find_value(file.text, "nr_throttled");
  totals.throttled_ns = cpu_->hierarchy.unified
                            ? times(find_value(file.text, "throttled_usec"), kNsPerUs)
                            : find_value(file.text, "throttled_time");
}

void HostCounters::read_host_cpu(Totals& totals) const {
  // cpu user nice system idle iowait irq softirq steal ...; time of guests is part of user and
  // nice.
  const FileText file = proc_.read("stat", kHostStatLimit);
  std::string_view rest = file.text;
  std::string_view line = take_until(rest, '\n');
  if (take_word(line) != "cpu") return;
  std::array<std::uint64_t, 8> ticks{};
  for (std::uint64_t& value : ticks) {
    const auto number = parse_number<std::uint64_t>(take_word(line));
    if (!number) return;
    value = *number;
  }
  const auto [user, nice, system, idle, iowait, irq, softirq, steal] = ticks;
  totals.busy_ns = (user + nice + system + irq + softirq) * tick_ns_;
  totals.steal_ns = steal * tick_ns_;
}

void HostCounters::read_pressure(Totals& totals) const {
  const std::string memory = read_file(memory_pressure_.path).text;
  const auto total = [](const std::string& text, std::string_view kind) {
    return times(pressure_total_us(text, kind), kNsPerUs);
  };
  totals.pressure_cpu_ns = total(read_file(cpu_pressure_.path).text, "some");
  totals.pressure_io_ns = total(read_file(io_pressure_.path).text, "full");
  totals.pressure_memory_ns = total(memory, "full");
  totals.pressure_memory_some_ns = total(memory, "some");
}

HostCounters::Totals HostCounters::read_totals() const {
  Totals totals;
  read_cpu_cgroup(totals);
  read_host_cpu(totals);
  if (scope_) totals.cgroup_cpu_ns = read_usage_ns(*scope_);
  totals.memory = memory_.events();
  read_pressure(totals);
  return totals;
}

void HostCounters::set_memory(HostWindow& window, const MemoryEvents& now) const {
  const MemoryEvents& before = totals_.memory;
  window.refaults = since(now.refaults, before.refaults);
  window.refaults_anonymous = since(now.refaults_anonymous, before.refaults_anonymous);
  window.refaults_active = since(now.refaults_active, before.refaults_active);
  window.memory_limit_hits = since(now.limit_hits, before.limit_hits);
  window.oom_kills = since(now.oom_kills, before.oom_kills);
  const MemoryLevels levels = memory_.levels();
  window.memory_usage_bytes = levels.usage_bytes;
  window.memory_limit_bytes = levels.limit_bytes;
  window.page_cache_bytes = levels.page_cache_bytes;
}

HostWindow HostCounters::read(std::span<const pid_t> pids) {
  HostWindow window;
  add_processes(pids, window);
  const Totals now = read_totals();
  if (const auto used = since(now.cgroup_cpu_ns, totals_.cgroup_cpu_ns)) window.cpu_ns = used;
  window.cgroup_throttled_ns = since(now.throttled_ns, totals_.throttled_ns);
  window.cgroup_periods = since(now.periods, totals_.periods);
  window.cgroup_periods_throttled = since(now.periods_throttled, totals_.periods_throttled);
  set_memory(window, now.memory);
  window.pressure_cpu_some_ns = since(now.pressure_cpu_ns, totals_.pressure_cpu_ns);
  window.pressure_memory_full_ns = since(now.pressure_memory_ns, totals_.pressure_memory_ns);
  window.pressure_memory_some_ns =
      since(now.pressure_memory_some_ns, totals_.pressure_memory_some_ns);
  if (window.pressure_memory_full_ns) window.pressure_of_cgroup = memory_pressure_.of_cgroup;
  window.pressure_io_full_ns = since(now.pressure_io_ns, totals_.pressure_io_ns);
  window.steal_ns = since(now.steal_ns, totals_.steal_ns);
  window.host_busy_ns = since(now.busy_ns, totals_.busy_ns);
  totals_ = now;
  return window;
}

}  // namespace boundscope
