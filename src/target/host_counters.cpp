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

std::optional<std::uint64_t> sum(std::optional<std::uint64_t> a, std::optional<std::uint64_t> b) {
  if (!a) return b;
  return *a + b.value_or(0);
}

std::optional<std::uint64_t> read_refaults(const CgroupDirectory& memory) {
  const FileText file = read_file(memory.file("memory.stat"));
  // v1 counts without descendants, and with them under "total_"; v2 always counts them in. One
  // counter for files alone was all there was before Linux 5.9.
  for (const std::string prefix : {"total_workingset_refault", "workingset_refault"}) {
    const auto split =
        sum(find_value(file.text, prefix + "_file"), find_value(file.text, prefix + "_anon"));
    if (split) return split;
    if (const auto files = find_value(file.text, prefix)) return files;
  }
  return std::nullopt;
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
  if (const auto cgroup = cgroups.controlling(entries, "cpu")) {
    cpu_ = cpu_limiting(cgroups.with_ancestors(*cgroup));
  }
  if (const auto cgroup = cgroups.controlling(entries, "memory")) {
    memory_ = memory_limiting(cgroups.with_ancestors(*cgroup));
  }
  pressure_ = cgroups.unified(entries);
  scope_ = target.cgroup_scope;

  std::vector<pid_t> pids;
  for (const TargetProcess& process : target.processes) pids.push_back(process.pid);
  HostWindow base_line;
  add_processes(pids, base_line);
  totals_ = read_totals();
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
  std::uint64_t private_pages = 0;
  std::uint64_t shared_pages = 0;
  for (const pid_t pid : pids) {
    const auto stat = proc_.stat(pid);
    if (!stat || now.contains(pid)) continue;
    const ProcessCounters current{stat->start_ticks, stat->cpu_ticks, stat->minor_faults,
                                  stat->major_faults};
    now[pid] = current;

    ProcessCounters base = current;  // older than the window, but new to us: counts from now on
    const auto known = processes_.find(pid);
    if (known != processes_.end() && known->second.start_ticks == current.start_ticks) {
      base = known->second;
    } else if (read_at_ticks_ && current.start_ticks >= *read_at_ticks_) {
      base = {};  // born in this window
    }
    cpu_ticks += current.cpu_ticks - std::min(base.cpu_ticks, current.cpu_ticks);
    minor_faults += current.minor_faults - std::min(base.minor_faults, current.minor_faults);
    major_faults += current.major_faults - std::min(base.major_faults, current.major_faults);

    const ProcMemory memory = proc_.memory(pid).value_or(ProcMemory{stat->rss_pages, 0});
    private_pages += memory.resident_pages - std::min(memory.shared_pages, memory.resident_pages);
    shared_pages = std::max(shared_pages, memory.shared_pages);
  }
  processes_ = std::move(now);
  read_at_ticks_ = uptime_ticks();
  if (processes_.empty()) return;
  window.cpu_ns = cpu_ticks * tick_ns_;
  window.minor_faults = minor_faults;
  window.major_faults = major_faults;
  // Workers map the same files and the same shared memory (a database's buffers): that counts once.
  window.rss_bytes = (private_pages + shared_pages) * page_bytes_;
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

std::optional<std::uint64_t> HostCounters::pressure_ns(std::string_view resource,
                                                       std::string_view kind) const {
  const std::string name(resource);
  FileText file;
  if (pressure_) file = read_file(pressure_->file(name + ".pressure"));
  if (!pressure_ || !file) file = proc_.read("pressure/" + name);
  return times(pressure_total_us(file.text, kind), kNsPerUs);
}

HostCounters::Totals HostCounters::read_totals() const {
  Totals totals;
  read_cpu_cgroup(totals);
  read_host_cpu(totals);
  if (scope_) totals.cgroup_cpu_ns = read_usage_ns(*scope_);
  if (memory_) totals.refaults = read_refaults(*memory_);
  totals.pressure_cpu_ns = pressure_ns("cpu", "some");
  totals.pressure_memory_ns = pressure_ns("memory", "full");
  totals.pressure_io_ns = pressure_ns("io", "full");
  return totals;
}

HostWindow HostCounters::read(std::span<const pid_t> pids) {
  HostWindow window;
  add_processes(pids, window);
  const Totals now = read_totals();
  if (const auto used = since(now.cgroup_cpu_ns, totals_.cgroup_cpu_ns)) window.cpu_ns = used;
  window.cgroup_throttled_ns = since(now.throttled_ns, totals_.throttled_ns);
  window.cgroup_periods = since(now.periods, totals_.periods);
  window.cgroup_periods_throttled = since(now.periods_throttled, totals_.periods_throttled);
  window.refaults = since(now.refaults, totals_.refaults);
  window.pressure_cpu_some_ns = since(now.pressure_cpu_ns, totals_.pressure_cpu_ns);
  window.pressure_memory_full_ns = since(now.pressure_memory_ns, totals_.pressure_memory_ns);
  window.pressure_io_full_ns = since(now.pressure_io_ns, totals_.pressure_io_ns);
  window.steal_ns = since(now.steal_ns, totals_.steal_ns);
  window.host_busy_ns = since(now.busy_ns, totals_.busy_ns);
  if (memory_) {
    const auto* name = memory_->hierarchy.unified ? "memory.current" : "memory.usage_in_bytes";
    window.memory_usage_bytes =
        parse_number<std::uint64_t>(trim(read_file(memory_->file(name)).text));
  }
  totals_ = now;
  return window;
}

}  // namespace boundscope
