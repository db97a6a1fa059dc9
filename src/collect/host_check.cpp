// check_host(): what this host can measure, and what closes each gap. Reads files, tries nothing.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "boundscope/collector.h"
#include "collect/container_check.h"
#include "collect/rights.h"
#include "target/cgroup_fs.h"
#include "target/proc_fs.h"
#include "target/text.h"

namespace boundscope {
namespace {

constexpr auto kAvailable = CapabilityState::available;
constexpr auto kDegraded = CapabilityState::degraded;
constexpr auto kAbsent = CapabilityState::absent;

constexpr std::string_view kGrant =
    "sudo boundscope ..., or once: sudo setcap "
    "cap_bpf,cap_perfmon,cap_sys_ptrace,cap_dac_read_search,cap_checkpoint_restore,cap_syslog=ep "
    "$(command -v boundscope)";

// Since Linux 5.11 the memory of maps counts against the cgroup instead of RLIMIT_MEMLOCK.
bool charges_memory_to_cgroups(const ProcFs& proc) {
  const FileText release = proc.read("sys/kernel/osrelease");
  std::string_view rest = release.text;
  const auto major = parse_number<int>(take_until(rest, '.'));
  const auto minor = parse_number<int>(rest.substr(0, rest.find_first_not_of("0123456789")));
  return major && minor && std::pair(*major, *minor) >= std::pair(5, 11);
}

class Checker {
 public:
  explicit Checker(const HostRoots& roots) : roots_(roots), proc_(roots.proc) {
    const FileText status = proc_.read("self/status");
    held_ = parse_status(status.text).effective_capabilities.value_or(0);
  }

  std::uint64_t held() const { return held_; }
  HostCheck kernel() const;
  HostCheck btf() const;
  HostCheck tracefs() const;
  HostCheck lockdown() const;
  HostCheck bpf_privilege() const;
  HostCheck perfmon_privilege() const;
  HostCheck unprivileged_bpf() const;
  HostCheck perf_event_paranoid() const;
  HostCheck kptr_restrict() const;
  HostCheck locked_memory() const;
  HostCheck cgroup() const;
  HostCheck psi() const;
  HostCheck pmu() const;
  HostCheck delay_accounting() const;

 private:
  bool holds(Right right) const { return boundscope::holds(held_, right); }
  std::optional<int> sysctl(std::string_view name) const {
    return parse_number<int>(trim(proc_.read(fmt::format("sys/kernel/{}", name)).text));
  }

  HostRoots roots_;
  ProcFs proc_;
  std::uint64_t held_ = 0;
};

HostCheck Checker::kernel() const {
  const std::string release(trim(proc_.read("sys/kernel/osrelease").text));
  if (release.empty())
    return {"kernel", kAbsent, "release not readable", "mount -t proc proc /proc"};
  return {"kernel", kAvailable, release, ""};
}

HostCheck Checker::btf() const {
  if (path_exists(roots_.sys + "/kernel/btf/vmlinux"))
    return {"btf", kAvailable, "of the running kernel", ""};
  return {
      "btf", kAbsent, "the kernel carries no type information (CONFIG_DEBUG_INFO_BTF)",
      "sudo apt install linux-image-amd64 && sudo reboot   # or another kernel that carries it"};
}

HostCheck Checker::tracefs() const {
  for (const char* at : {"/kernel/tracing", "/kernel/debug/tracing"}) {
    if (is_directory(roots_.sys + at + "/events"))
      return {"tracefs", kAvailable, "mounted at " + roots_.sys + at, ""};
  }
  return {"tracefs", kDegraded, "not mounted: only typed tracepoints can be attached",
          "sudo mount -t tracefs tracefs /sys/kernel/tracing"};
}

HostCheck Checker::lockdown() const {
  const FileText file = read_file(roots_.sys + "/kernel/security/lockdown");
  if (!file) return {"lockdown", kAvailable, "none", ""};
  const auto open = file.text.find('[');
  const auto close = file.text.find(']', open);
  if (open == std::string::npos || close == std::string::npos)
    return {"lockdown", kDegraded, "not understood", ""};
  const std::string mode = file.text.substr(open + 1, close - open - 1);
  if (mode != "confidentiality") return {"lockdown", kAvailable, printable(mode), ""};
  return {"lockdown", kAbsent, "confidentiality: BPF programs may not read kernel memory",
          "boot with lockdown=integrity"};
}

HostCheck Checker::bpf_privilege() const {
  if (holds(Right::bpf)) return {"cap_bpf", kAvailable, "held", ""};
  return {"cap_bpf", kAbsent, "not held: no probe can be loaded", std::string(kGrant)};
}

HostCheck Checker::perfmon_privilege() const {
  if (holds(Right::perfmon)) return {"cap_perfmon", kAvailable, "held", ""};
  return {"cap_perfmon", kAbsent, "not held: no probe can be attached, no CPU sampled",
          std::string(kGrant)};
}

HostCheck Checker::unprivileged_bpf() const {
  const auto value = sysctl("unprivileged_bpf_disabled");
  const std::string found = value ? std::to_string(*value) : "no such setting";
  if (holds(Right::bpf))
    return {"unprivileged_bpf_disabled", kAvailable, found + "; of no matter with CAP_BPF", ""};
  // Even where it is 0, programs of unprivileged users may not trace: the way out is the
  // capability.
  return {"unprivileged_bpf_disabled", kAbsent, found + "; tracing needs CAP_BPF whatever it says",
          std::string(kGrant)};
}

HostCheck Checker::perf_event_paranoid() const {
  constexpr int kMostForWholeCpu = 0;  // above, unprivileged users may only sample themselves
  const auto value = sysctl("perf_event_paranoid");
  if (!value)
    return {"perf_event_paranoid", kAbsent, "the kernel has no perf events: no CPU samples",
            "boot a kernel with CONFIG_PERF_EVENTS=y"};
  const std::string found = std::to_string(*value);
  if (holds(Right::perfmon))
    return {"perf_event_paranoid", kAvailable, found + "; of no matter with CAP_PERFMON", ""};
  if (*value <= kMostForWholeCpu) return {"perf_event_paranoid", kAvailable, found, ""};
  return {"perf_event_paranoid", kAbsent, found + ": CPU-wide samples are refused",
          "sudo sysctl -w kernel.perf_event_paranoid=-1"};
}

HostCheck Checker::kptr_restrict() const {
  const auto value = sysctl("kptr_restrict");
  if (!value) return {"kptr_restrict", kDegraded, "not readable", "mount -t proc proc /proc"};
  const std::string found = std::to_string(*value);
  if (*value == 0 || (*value == 1 && holds(Right::syslog)))
    return {"kptr_restrict", kAvailable, found, ""};
  if (*value == 1)
    return {"kptr_restrict", kDegraded,
            found + " without CAP_SYSLOG: kernel functions have no names", std::string(kGrant)};
  return {"kptr_restrict", kDegraded, found + ": kernel functions have no names",
          "sudo sysctl -w kernel.kptr_restrict=1"};
}

HostCheck Checker::locked_memory() const {
  constexpr std::uint64_t kEnough = 64 * 1024 * 1024;  // twice what our maps may take
  const FileText limits = proc_.read("self/limits");
  const auto at = limits.text.find("Max locked memory");
  std::string_view line =
      std::string_view(limits.text).substr(at == std::string::npos ? limits.text.size() : at);
  line = take_until(line, '\n');
  for (int words = 0; words < 3; ++words) take_word(line);
  const std::string_view soft = take_word(line);
  const auto bytes = parse_number<std::uint64_t>(soft);
  if (soft == "unlimited" || (bytes && *bytes >= kEnough))
    return {"memlock", kAvailable, std::string(soft), ""};
  const std::string found = bytes ? fmt::format("{} bytes", *bytes) : "not readable";
  if (charges_memory_to_cgroups(proc_)) {
    return {"memlock", kAvailable, found + "; of no matter since Linux 5.11", ""};
  }
  if (holds(Right::sys_resource)) return {"memlock", kAvailable, found + ", and may be raised", ""};
  return {"memlock", kDegraded, found + ": too little for maps before Linux 5.11",
          "ulimit -l unlimited"};
}

HostCheck Checker::cgroup() const {
  const CgroupFs cgroups(roots_.cgroup);
  const auto& all = cgroups.hierarchies();
  if (all.empty()) {
    return {"cgroup", kAbsent,
            "not mounted at " + roots_.cgroup + ": quotas and limits stay unknown",
            "sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup"};
  }
  const bool has_v2 =
      std::any_of(all.begin(), all.end(), [](const Hierarchy& h) { return h.unified; });
  const std::string layout = !has_v2 ? "v1" : all.size() == 1 ? "v2" : "v1 and v2 (hybrid)";
  return {"cgroup", kAvailable, layout, ""};
}

HostCheck Checker::psi() const {
  if (proc_.read("pressure/memory")) return {"psi", kAvailable, "on", ""};
  // With CONFIG_PSI_DEFAULT_DISABLED the file is there, but reading it fails.
  return {"psi", kDegraded, "off: no pressure of CPU, memory and I/O",
          "boot with psi=1 (needs CONFIG_PSI)"};
}

HostCheck Checker::pmu() const {
  for (const std::string& name : list_directory(roots_.sys + "/bus/event_source/devices").names) {
    // Hybrid x86 has cpu_core and cpu_atom, arm64 a device per kind of core.
    if (name == "cpu" || name == "cpu_core" || name.starts_with("armv8"))
      return {"pmu", kAvailable, printable(name), ""};
  }
  return {"pmu", kDegraded,
          "no hardware counters: memory stalls are told from CPU samples (x86-64), with a wider "
          "interval",
          "virtual machine: let its host expose a PMU (libvirt: <pmu state='on'/>)"};
}

HostCheck Checker::delay_accounting() const {
  const auto value = sysctl("task_delayacct");
  if (!value)
    return {"task_delayacct", kAvailable, "no such setting", ""};  // before 5.14, a boot option
  if (*value != 0) return {"task_delayacct", kAvailable, "on", ""};
  return {"task_delayacct", kDegraded, "off: the kernel's own delays cannot confirm ours",
          "sudo sysctl -w kernel.task_delayacct=1"};
}

}  // namespace

std::vector<HostCheck> check_host(const HostRoots& roots) {
  const Checker host(roots);
  std::vector<HostCheck> checks = {host.kernel(),   host.btf(),           host.tracefs(),
                                   host.lockdown(), host.bpf_privilege(), host.perfmon_privilege()};
  const auto append = [&](std::vector<HostCheck> more) {
    checks.insert(checks.end(), more.begin(), more.end());
  };
  append(check_optional_rights(host.held()));
  append({host.unprivileged_bpf(), host.perf_event_paranoid(), host.kptr_restrict(),
          host.locked_memory()});
  append(check_container(roots));
  append({host.cgroup(), host.psi(), host.pmu(), host.delay_accounting()});
  return checks;
}

}  // namespace boundscope
