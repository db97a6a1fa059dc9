#include "collect/container_check.h"

#include <fmt/format.h>

#include "target/proc_fs.h"
#include "target/text.h"

namespace boundscope {
namespace {

constexpr auto kAvailable = CapabilityState::available;
constexpr auto kDegraded = CapabilityState::degraded;
constexpr auto kAbsent = CapabilityState::absent;

// Inode numbers of the first namespaces, fixed in the kernel (proc_ns.h).
constexpr std::string_view kInitialPid = "pid:[4026531836]";
constexpr std::string_view kInitialUser = "user:[4026531837]";
constexpr std::string_view kInitialCgroup = "cgroup:[4026531835]";
constexpr std::string_view kInitialTime = "time:[4026531834]";

std::string field_of_status(const ProcFs& proc, std::string_view name) {
  const FileText status = proc.read("self/status");
  std::string_view rest = status.text;
  while (!rest.empty()) {
    std::string_view line = take_until(rest, '\n');
    if (take_until(line, ':') == name) return std::string(trim(line));
  }
  return "";
}

HostCheck pid_namespace(const ProcFs& proc) {
  const auto link = read_link(proc.path("self/ns/pid"));
  if (!link) return {"pid_namespace", kDegraded, "not readable", "mount -t proc proc /proc"};
  if (*link == kInitialPid) return {"pid_namespace", kAvailable, "the host's", ""};
  return {"pid_namespace", kDegraded, "a container's: only its own processes can be targets",
          "run on the host, or give the container --pid=host (Kubernetes: hostPID: true)"};
}

// Capabilities of another user namespace are none for bpf() and perf_event_open().
HostCheck user_namespace(const ProcFs& proc) {
  const auto link = read_link(proc.path("self/ns/user"));
  if (!link || *link == kInitialUser)
    return {"user_namespace", kAvailable, link ? "the host's" : "no such thing in this kernel", ""};
  return {"user_namespace", kAbsent, "a container's: its root may not load probes",
          "run on the host, or in a container without user namespace (docker: --userns=host, "
          "podman: as root)"};
}

HostCheck cgroup_namespace(const ProcFs& proc) {
  const auto link = read_link(proc.path("self/ns/cgroup"));
  if (!link || *link == kInitialCgroup)
    return {"cgroup_namespace", kAvailable, link ? "the host's" : "no such thing in this kernel",
            ""};
  return {"cgroup_namespace", kDegraded,
          "a container's: quotas and limits of other containers stay unknown, and --container "
          "finds none of them",
          "give the container --cgroupns=host and -v /sys/fs/cgroup:/sys/fs/cgroup:ro"};
}

HostCheck time_namespace(const ProcFs& proc) {
  const auto link = read_link(proc.path("self/ns/time"));
  if (!link || *link == kInitialTime)
    return {"time_namespace", kAvailable, link ? "the host's" : "no such thing in this kernel", ""};
  return {"time_namespace", kAvailable, "a container's: its offset is taken out", ""};
}

// A filter of system calls is how container runtimes refuse bpf() and perf_event_open().
HostCheck seccomp(const ProcFs& proc) {
  const std::string mode = field_of_status(proc, "Seccomp");
  if (mode != "2") return {"seccomp", kAvailable, "no filter", ""};
  return {"seccomp", kDegraded, "a filter is in force: it may refuse bpf() and perf_event_open()",
          "give the container --privileged, or --security-opt seccomp=unconfined (Kubernetes: "
          "seccompProfile: type: Unconfined)"};
}

HostCheck no_new_privs(const ProcFs& proc) {
  if (field_of_status(proc, "NoNewPrivs") != "1") return {"no_new_privs", kAvailable, "off", ""};
  return {"no_new_privs", kDegraded, "on: sudo and file capabilities give no rights here",
          "leave it out: docker --security-opt no-new-privileges, Kubernetes "
          "allowPrivilegeEscalation: false, systemd NoNewPrivileges="};
}

HostCheck ptrace_scope(const ProcFs& proc) {
  const auto value = parse_number<int>(trim(proc.read("sys/kernel/yama/ptrace_scope").text));
  if (!value) return {"ptrace_scope", kAvailable, "no such setting", ""};
  if (*value < 3) return {"ptrace_scope", kAvailable, std::to_string(*value), ""};
  return {
      "ptrace_scope", kDegraded,
      fmt::format("{}: nobody may read the memory of a process, so that Go and Python tell less",
                  *value),
      "boot with kernel.yama.ptrace_scope=1 in /etc/sysctl.d (it cannot be lowered)"};
}

HostCheck bpf_jit(const ProcFs& proc) {
  const auto value = parse_number<int>(trim(proc.read("sys/net/core/bpf_jit_enable").text));
  if (!value) return {"bpf_jit", kAvailable, "always on, or not visible here", ""};
  if (*value != 0) return {"bpf_jit", kAvailable, "on", ""};
  return {"bpf_jit", kDegraded, "off: probes are interpreted and cost several times as much",
          "sudo sysctl -w net.core.bpf_jit_enable=1"};
}

}  // namespace

std::vector<HostCheck> check_container(const HostRoots& roots) {
  const ProcFs proc(roots.proc);
  return {pid_namespace(proc), user_namespace(proc), cgroup_namespace(proc), time_namespace(proc),
          seccomp(proc),       no_new_privs(proc),   ptrace_scope(proc),     bpf_jit(proc)};
}

}  // namespace boundscope
