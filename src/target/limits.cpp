#include "target/limits.h"

#include <algorithm>
#include <map>
#include <string>

#include "target/text.h"

namespace boundscope {
namespace {

std::string read_value(const CgroupDirectory& cgroup, std::string_view name) {
  return std::string(trim(read_file(cgroup.file(name)).text));
}

// Empty for "max".
std::optional<std::uint64_t> read_bytes(const CgroupDirectory& cgroup, std::string_view name) {
  return parse_number<std::uint64_t>(read_value(cgroup, name));
}

template <class Limit>
std::optional<CgroupDirectory> smallest(const std::vector<CgroupDirectory>& line, Limit limit_of) {
  if (line.empty()) return std::nullopt;
  const CgroupDirectory* found = &line.front();
  auto least = limit_of(*found);
  for (const CgroupDirectory& cgroup : line) {
    const auto limit = limit_of(cgroup);
    if (limit && (!least || *limit < *least)) {
      found = &cgroup;
      least = limit;
    }
  }
  return *found;
}

std::uint32_t online_cpus(const ProcFs& proc) {
  // The lines "cpu0", "cpu1" ...; the interrupts behind them can make the file large.
  const FileText file = proc.read("stat", 16 * kSmallFile);
  std::string_view rest = file.text;
  std::uint32_t count = 0;
  while (!rest.empty()) {
    std::string_view line = take_until(rest, '\n');
    const std::string_view name = take_word(line);
    if (name.starts_with("cpu") && name.size() > 3) ++count;
  }
  return count;
}

}  // namespace

std::vector<CgroupDirectory> cpu_line(const Target& target, const CgroupFs& cgroups,
                                      const ProcFs& proc) {
  struct Used {
    CgroupDirectory cgroup;
    std::uint64_t ticks = 0;
  };
  std::map<std::string, Used> by_path;
  std::optional<Used> most;
  for (const TargetProcess& process : target.processes) {
    const auto cgroup = cgroups.controlling(proc.cgroups(process.pid), "cpu");
    if (!cgroup) continue;
    Used& used = by_path.try_emplace(cgroup->path, Used{*cgroup}).first->second;
    if (const auto stat = proc.stat(process.pid)) used.ticks += stat->cpu_ticks;
    if (!most || used.ticks > most->ticks) most = used;
  }
  return most ? cgroups.with_ancestors(most->cgroup) : std::vector<CgroupDirectory>{};
}

std::optional<double> quota_cores(const CgroupDirectory& cgroup) {
  std::optional<double> quota;
  std::optional<double> period;
  if (cgroup.hierarchy.unified) {
    const FileText file = read_file(cgroup.file("cpu.max"));
    std::string_view text = trim(file.text);
    quota = parse_real(take_word(text));  // "max": none
    period = parse_real(take_word(text));
  } else {
    quota = parse_real(read_value(cgroup, "cpu.cfs_quota_us"));  // -1: none
    period = parse_real(read_value(cgroup, "cpu.cfs_period_us"));
  }
  if (!quota || !period || !(*quota > 0) || !(*period > 0)) return std::nullopt;
  return *quota / *period;
}

std::optional<std::uint64_t> memory_limit(const CgroupDirectory& cgroup) {
  if (!cgroup.hierarchy.unified) {
    return read_bytes(cgroup, "memory.limit_in_bytes");
  }
  const auto high = read_bytes(cgroup, "memory.high");
  const auto max = read_bytes(cgroup, "memory.max");
  if (high && max) return std::min(*high, *max);
  return high ? high : max;
}

std::optional<CgroupDirectory> cpu_limiting(const std::vector<CgroupDirectory>& line) {
  return smallest(line, quota_cores);
}

std::optional<CgroupDirectory> memory_limiting(const std::vector<CgroupDirectory>& line) {
  return smallest(line, memory_limit);
}

std::uint64_t host_memory_bytes(const ProcFs& proc) {
  return find_value(proc.read("meminfo").text, "MemTotal").value_or(0) * 1024;
}

TargetLimits target_limits(const Target& target, const HostRoots& roots) {
  const ProcFs proc(roots.proc);
  const CgroupFs cgroups(roots.cgroup);
  const pid_t root = target.processes.front().pid;

  TargetLimits limits;
  limits.host_memory_bytes = host_memory_bytes(proc);
  limits.online_cpus = online_cpus(proc);
  // The root's affinity stands for the service: workers that pin themselves share what it may use.
  const auto status = proc.status(root);
  const std::uint32_t allowed = status ? status->allowed_cpus : 0;
  limits.cpu_limit = limits.online_cpus;
  if (allowed > 0) limits.cpu_limit = std::min<double>(limits.cpu_limit, allowed);

  const auto limiting_cpu = cpu_limiting(cpu_line(target, cgroups, proc));
  const auto quota = limiting_cpu ? quota_cores(*limiting_cpu) : std::nullopt;
  if (quota && *quota <= limits.cpu_limit) {
    limits.cpu_limit = *quota;
    limits.cpu_quota = true;
  }
  // The containers of a pod may have limits of their own.
  for (const TargetProcess& process : target.processes) {
    const auto cgroup = cgroups.controlling(proc.cgroups(process.pid), "memory");
    const auto limiting = cgroup ? memory_limiting(cgroups.with_ancestors(*cgroup)) : std::nullopt;
    const auto limit = limiting ? memory_limit(*limiting) : std::nullopt;
    // v1 writes "no limit" as a huge number.
    const bool limits_anything = limits.host_memory_bytes == 0 || limit < limits.host_memory_bytes;
    const bool is_least = !limits.memory_limit_bytes || limit < *limits.memory_limit_bytes;
    if (limit && limits_anything && is_least) limits.memory_limit_bytes = limit;
    if (!target.cgroup_scope) break;
  }
  return limits;
}

}  // namespace boundscope
