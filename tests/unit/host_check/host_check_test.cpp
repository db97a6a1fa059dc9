// What `boundscope doctor` says about hosts that lack something.
#include <doctest/doctest.h>

#include <algorithm>

#include "boundscope/collector.h"
#include "support/proc_tree.h"

using namespace boundscope;
using boundscope::test::ProcTree;

namespace {

constexpr const char* kAllCapabilities = "CapEff:\t000001ffffffffff\n";
constexpr const char* kNoCapabilities = "CapEff:\t0000000000000000\n";

HostCheck check(const ProcTree& tree, const std::string& name) {
  const auto checks = check_host(tree.roots());
  const auto found = std::find_if(checks.begin(), checks.end(),
                                  [&](const HostCheck& one) { return one.name == name; });
  REQUIRE(found != checks.end());
  return *found;
}

void status(const ProcTree& tree, const char* capabilities) {
  tree.files.write("proc/self/status", capabilities);
}

// A host on which everything is as it should be.
void make_complete(const ProcTree& tree) {
  status(tree, kAllCapabilities);
  tree.files.link("proc/self/ns/pid", "pid:[4026531836]");
  tree.files.write("proc/self/limits",
                   "Limit                     Soft Limit           Hard Limit           Units\n"
                   "Max locked memory         unlimited            unlimited            bytes\n");
  tree.files.write("proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
  tree.files.write("proc/sys/kernel/perf_event_paranoid", "3\n");
  tree.files.write("proc/sys/kernel/unprivileged_bpf_disabled", "2\n");
  tree.files.write("proc/sys/kernel/kptr_restrict", "0\n");
  tree.files.write("proc/sys/kernel/task_delayacct", "1\n");
  tree.files.write("proc/pressure/memory", "some avg10=0.00\n");
  tree.files.write("sys/kernel/btf/vmlinux", "btf");
  tree.files.make_directory("sys/kernel/tracing/events");
  tree.files.write("sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
  tree.files.make_directory("sys/bus/event_source/devices/cpu");
  tree.unified();
}

}  // namespace

TEST_CASE("doctor: a complete host has no gap") {
  ProcTree tree;
  make_complete(tree);

  for (const HostCheck& one : check_host(tree.roots())) {
    CAPTURE(one.name);
    CAPTURE(one.found);
    CHECK(one.state == CapabilityState::available);
    CHECK(one.command.empty());
    CHECK_FALSE(one.found.empty());
  }
  CHECK(check(tree, "kernel").found == "6.1.0-18-amd64");
}

TEST_CASE("doctor: a host that tells nothing has a gap everywhere it matters, and no crash") {
  ProcTree tree;

  const auto checks = check_host(tree.roots());

  CHECK(checks.size() == 27);
  for (const char* name :
       {"kernel", "btf", "cap_bpf", "cap_perfmon", "perf_event_paranoid", "cgroup"}) {
    CAPTURE(name);
    CHECK(check(tree, name).state == CapabilityState::absent);
    CHECK_FALSE(check(tree, name).command.empty());
  }
}

TEST_CASE("doctor: every gap that a command can close names it") {
  ProcTree tree;
  make_complete(tree);
  tree.files.remove("sys/kernel/btf");
  tree.files.remove("sys/kernel/tracing");
  tree.files.remove("sys/bus");
  tree.files.remove("proc/pressure");
  tree.files.write("proc/sys/kernel/kptr_restrict", "2\n");
  tree.files.write("proc/sys/kernel/task_delayacct", "0\n");
  tree.files.link("proc/self/ns/pid", "pid:[4026532000]");

  for (const char* name :
       {"btf", "tracefs", "pmu", "psi", "kptr_restrict", "task_delayacct", "pid_namespace"}) {
    CAPTURE(name);
    CHECK(check(tree, name).state != CapabilityState::available);
    CHECK_FALSE(check(tree, name).command.empty());
  }
  CHECK(check(tree, "tracefs").command == "sudo mount -t tracefs tracefs /sys/kernel/tracing");
}

TEST_CASE("doctor: without privileges the missing capabilities are named one by one") {
  ProcTree tree;
  make_complete(tree);
  status(tree, kNoCapabilities);

  for (const char* name : {"cap_bpf", "cap_perfmon", "cap_sys_ptrace", "cap_dac_read_search",
                           "cap_checkpoint_restore", "cap_syslog", "cap_sys_admin"}) {
    CAPTURE(name);
    CHECK(check(tree, name).state != CapabilityState::available);
    CHECK(check(tree, name).command.find("sudo") != std::string::npos);
  }
  CHECK(check(tree, "perf_event_paranoid").state == CapabilityState::absent);
  CHECK(check(tree, "unprivileged_bpf_disabled").state == CapabilityState::absent);
}

TEST_CASE("doctor: the fine-grained capabilities stand for CAP_SYS_ADMIN but for one thing") {
  ProcTree tree;
  make_complete(tree);
  status(tree, "CapEff:\t000000c000080000\n");  // bpf, perfmon, sys_ptrace
  CHECK(check(tree, "cap_sys_admin").state == CapabilityState::degraded);
  CHECK(check(tree, "cap_sys_admin").found.find("assumed, not measured") != std::string::npos);
  CHECK(check(tree, "cap_bpf").found == "held");

  status(tree, "CapEff:\t0000000000200000\n");  // sys_admin
  CHECK(check(tree, "cap_bpf").state == CapabilityState::available);
  CHECK(check(tree, "cap_perfmon").state == CapabilityState::available);
  CHECK(check(tree, "cap_checkpoint_restore").state == CapabilityState::available);
}

TEST_CASE("doctor: each thing that a container keeps from us is named, with what opens it") {
  ProcTree tree;
  make_complete(tree);
  status(tree, "CapEff:\t000001ffffffffff\nNoNewPrivs:\t1\nSeccomp:\t2\n");
  tree.files.link("proc/self/ns/user", "user:[4026532001]");
  tree.files.link("proc/self/ns/cgroup", "cgroup:[4026532002]");
  tree.files.write("proc/sys/kernel/yama/ptrace_scope", "3\n");
  tree.files.write("proc/sys/net/core/bpf_jit_enable", "0\n");

  for (const char* name : {"user_namespace", "cgroup_namespace", "seccomp", "no_new_privs",
                           "ptrace_scope", "bpf_jit"}) {
    CAPTURE(name);
    CHECK(check(tree, name).state != CapabilityState::available);
    CHECK_FALSE(check(tree, name).command.empty());
  }
  CHECK(check(tree, "user_namespace").state == CapabilityState::absent);

  status(tree, "CapEff:\t000001ffffffffff\nNoNewPrivs:\t0\nSeccomp:\t0\n");
  tree.files.link("proc/self/ns/user", "user:[4026531837]");
  tree.files.link("proc/self/ns/cgroup", "cgroup:[4026531835]");
  tree.files.write("proc/sys/kernel/yama/ptrace_scope", "1\n");
  for (const char* name :
       {"user_namespace", "cgroup_namespace", "seccomp", "no_new_privs", "ptrace_scope"}) {
    CAPTURE(name);
    CHECK(check(tree, name).state == CapabilityState::available);
  }
}

TEST_CASE("doctor: lockdown forbids only in its confidentiality mode") {
  ProcTree tree;
  make_complete(tree);
  tree.files.write("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
  CHECK(check(tree, "lockdown").state == CapabilityState::available);

  tree.files.write("sys/kernel/security/lockdown", "none integrity [confidentiality]\n");
  CHECK(check(tree, "lockdown").state == CapabilityState::absent);

  for (const char* odd : {"", "]", "none", "][", "[none"}) {
    tree.files.write("sys/kernel/security/lockdown", odd);
    CHECK(check(tree, "lockdown").state == CapabilityState::degraded);
  }
}

TEST_CASE(
    "doctor: little lockable memory matters only to old kernels and those who cannot raise it") {
  ProcTree tree;
  make_complete(tree);
  tree.files.write("proc/self/limits", "Max locked memory         65536   65536   bytes\n");
  tree.files.write("proc/sys/kernel/osrelease", "5.10.0-28-amd64\n");
  CHECK(check(tree, "memlock").state == CapabilityState::available);

  status(tree, "CapEff:\t000000c000080000\n");
  CHECK(check(tree, "memlock").state == CapabilityState::degraded);

  tree.files.write("proc/sys/kernel/osrelease", "5.11\n");
  CHECK(check(tree, "memlock").state == CapabilityState::available);
}

TEST_CASE("doctor: the cgroup layout is named") {
  ProcTree tree;
  tree.hierarchy("cpu");
  CHECK(check(tree, "cgroup").found == "v1");
  tree.hierarchy("unified");
  CHECK(check(tree, "cgroup").found == "v1 and v2 (hybrid)");
  tree.unified();
  CHECK(check(tree, "cgroup").found == "v2");
}

TEST_CASE("doctor: this host can be checked") {
  for (const HostCheck& one : check_host()) CHECK_FALSE(one.found.empty());
}
