// Limits and counters, from fake /proc and cgroup trees of all layouts.
#include "target/host_counters.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include "support/proc_tree.h"
#include "target/limits.h"

using namespace boundscope;
using boundscope::test::FakeProcess;
using boundscope::test::ProcTree;

namespace {

const std::uint64_t kTickNs = 1'000'000'000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK));
const std::uint64_t kPage = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
constexpr std::uint64_t kMiB = 1024 * 1024;

Target target_with(std::vector<pid_t> pids) {
  Target target;
  for (const pid_t pid : pids) {
    target.processes.emplace_back();
    target.processes.back().pid = pid;
  }
  return target;
}

// /proc/uptime, whose hundredths of a second are the ticks of start_ticks where there are 100.
void at_ticks(const ProcTree& tree, std::uint64_t ticks) {
  const auto ns = ticks * kTickNs;
  char text[64];
  std::snprintf(text, sizeof text, "%.2f 1.00\n", static_cast<double>(ns) / 1e9);
  tree.files.write("proc/uptime", text);
}

}  // namespace

TEST_CASE("host: use of CPU and faults are differences, memory is a level") {
  ProcTree tree;
  FakeProcess process{.pid = 7,
                      .cpu_ticks = 100,
                      .minor_faults = 10,
                      .major_faults = 1,
                      .rss_pages = 50,
                      .shared_pages = 20};
  tree.process(process);
  HostCounters counters(target_with({7}), tree.roots());
  process.cpu_ticks = 130;
  process.minor_faults = 15;
  process.major_faults = 3;
  process.rss_pages = 80;
  tree.process(process);

  const pid_t pids[] = {7};
  const HostWindow first = counters.read(pids);
  const HostWindow second = counters.read(pids);

  CHECK(first.cpu_ns == 30 * kTickNs);
  CHECK(first.minor_faults == 5);
  CHECK(first.major_faults == 2);
  CHECK(first.rss_bytes == 80 * kPage);
  CHECK(second.cpu_ns == 0);
  CHECK(second.rss_bytes == 80 * kPage);
}

TEST_CASE("host: memory that workers share counts once") {
  ProcTree tree;
  tree.process({.pid = 7, .rss_pages = 1000, .shared_pages = 900});
  tree.process({.pid = 8, .rss_pages = 950, .shared_pages = 800});
  HostCounters counters(target_with({7, 8}), tree.roots());

  const pid_t pids[] = {7, 8};
  CHECK(counters.read(pids).rss_bytes == (100 + 150 + 900) * kPage);
}

TEST_CASE("host: a process born in the window counts from its birth, an older one from now on") {
  ProcTree tree;
  at_ticks(tree, 5000);
  tree.process({.pid = 7, .cpu_ticks = 100});
  HostCounters counters(target_with({7}), tree.roots());
  tree.process({.pid = 8, .start_ticks = 5010, .cpu_ticks = 40});
  tree.process({.pid = 9, .start_ticks = 4000, .cpu_ticks = 700});

  const pid_t pids[] = {7, 8, 9};
  CHECK(counters.read(pids).cpu_ns == 40 * kTickNs);
}

TEST_CASE("host: a reused pid is a new process") {
  ProcTree tree;
  at_ticks(tree, 5000);
  tree.process({.pid = 7, .start_ticks = 1000, .cpu_ticks = 100});
  HostCounters counters(target_with({7}), tree.roots());
  tree.process({.pid = 7, .start_ticks = 5020, .cpu_ticks = 120});

  const pid_t pids[] = {7};
  CHECK(counters.read(pids).cpu_ns == 120 * kTickNs);
}

TEST_CASE("host: processes that ended make no value negative, and none leaves no value") {
  ProcTree tree;
  tree.process({.pid = 7, .cpu_ticks = 100});
  tree.process({.pid = 8, .cpu_ticks = 100});
  HostCounters counters(target_with({7, 8}), tree.roots());
  tree.gone(8);

  const pid_t pids[] = {7, 8};
  CHECK(counters.read(pids).cpu_ns == 0);
  tree.gone(7);
  const HostWindow window = counters.read(pids);
  CHECK(!window.cpu_ns);
  CHECK(!window.rss_bytes);
}

TEST_CASE("host: CPU time of all CPUs splits into busy and stolen") {
  ProcTree tree;
  tree.process({.pid = 7});
  tree.host_cpu(2, "100 10 50 1000 5 1 2 7");
  HostCounters counters(target_with({7}), tree.roots());
  tree.host_cpu(2, "110 12 53 9000 99 2 4 12");

  const pid_t pids[] = {7};
  const HostWindow window = counters.read(pids);

  CHECK(window.host_busy_ns == (10 + 2 + 3 + 1 + 2) * kTickNs);
  CHECK(window.steal_ns == 5 * kTickNs);
}

TEST_CASE("host: v2: throttling comes from the ancestor with the smallest quota") {
  ProcTree tree;
  tree.unified();
  tree.cgroup("a",
              {{"cpu.max", "50000 100000\n"},
               {"cpu.stat", "usage_usec 1\nnr_periods 10\nnr_throttled 5\nthrottled_usec 100\n"}});
  tree.cgroup("a/b", {{"cpu.max", "max 100000\n"},
                      {"cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_usec 0\n"}});
  tree.process({.pid = 7, .cgroup = "0::/a/b\n"});
  HostCounters counters(target_with({7}), tree.roots());
  tree.cgroup("a",
              {{"cpu.stat", "usage_usec 1\nnr_periods 30\nnr_throttled 12\nthrottled_usec 350\n"}});

  const pid_t pids[] = {7};
  const HostWindow window = counters.read(pids);
  const TargetLimits limits = target_limits(target_with({7}), tree.roots());

  CHECK(window.cgroup_periods == 20);
  CHECK(window.cgroup_periods_throttled == 7);
  CHECK(window.cgroup_throttled_ns == 250'000);
  CHECK(limits.cpu_limit == doctest::Approx(0.5));
  CHECK(limits.cpu_quota);
}

TEST_CASE("host: v1: quota, throttling, memory and refaults come from their own hierarchies") {
  ProcTree tree;
  for (const char* name : {"cpu,cpuacct", "memory"}) tree.hierarchy(name);
  tree.cgroup("cpu,cpuacct/web",
              {{"cpu.cfs_quota_us", "150000\n"},
               {"cpu.cfs_period_us", "100000\n"},
               {"cpu.stat", "nr_periods 1\nnr_throttled 1\nthrottled_time 7\n"}});
  tree.cgroup("memory/pod", {{"memory.limit_in_bytes", "67108864\n"},
                             {"memory.usage_in_bytes", "4096\n"},
                             {"memory.stat",
                              "workingset_refault_file 1\n"
                              "total_workingset_refault_anon 5\n"
                              "total_workingset_refault_file 10\n"}});
  tree.cgroup("memory/pod/web", {{"memory.limit_in_bytes", "9223372036854771712\n"}});
  tree.process({.pid = 7, .cgroup = "5:cpu,cpuacct:/web\n4:memory:/pod/web\n0::/\n"});
  HostCounters counters(target_with({7}), tree.roots());
  tree.cgroup("cpu,cpuacct/web",
              {{"cpu.stat", "nr_periods 4\nnr_throttled 3\nthrottled_time 99\n"}});
  tree.cgroup("memory/pod", {{"memory.stat",
                              "total_workingset_refault_anon 6\n"
                              "total_workingset_refault_file 40\n"}});

  const pid_t pids[] = {7};
  const HostWindow window = counters.read(pids);
  const TargetLimits limits = target_limits(target_with({7}), tree.roots());

  CHECK(window.cgroup_periods == 3);
  CHECK(window.cgroup_throttled_ns == 92);
  CHECK(window.memory_usage_bytes == 4096);
  CHECK(window.refaults == 31);
  CHECK(limits.cpu_limit == doctest::Approx(1.5));
  CHECK(limits.memory_limit_bytes == 64 * kMiB);
}

TEST_CASE("host: v2: the smallest memory limit of all ancestors counts, high before max") {
  ProcTree tree;
  tree.unified();
  tree.cgroup("a", {{"memory.max", "268435456\n"},
                    {"memory.high", "134217728\n"},
                    {"memory.current", "1000\n"}});
  tree.cgroup("a/b",
              {{"memory.max", "max\n"}, {"memory.high", "max\n"}, {"memory.current", "10\n"}});
  tree.process({.pid = 7, .cgroup = "0::/a/b\n"});
  HostCounters counters(target_with({7}), tree.roots());

  const pid_t pids[] = {7};
  CHECK(target_limits(target_with({7}), tree.roots()).memory_limit_bytes == 128 * kMiB);
  CHECK(counters.read(pids).memory_usage_bytes == 1000);
}

TEST_CASE("host: without a cgroup of its own the target has no limits but the machine") {
  ProcTree tree;
  tree.unified();
  tree.files.write("cgroup/cpu.stat", "usage_usec 5\n");
  tree.process({.pid = 7, .cgroup = "0::/\n"});
  HostCounters counters(target_with({7}), tree.roots());

  const pid_t pids[] = {7};
  const HostWindow window = counters.read(pids);
  const TargetLimits limits = target_limits(target_with({7}), tree.roots());

  CHECK(!window.cgroup_throttled_ns);
  CHECK(!window.memory_usage_bytes);
  CHECK(!window.refaults);
  CHECK(limits.online_cpus == 4);
  CHECK(limits.cpu_limit == 4);
  CHECK_FALSE(limits.cpu_quota);
  CHECK(!limits.memory_limit_bytes);
  CHECK(limits.host_memory_bytes == 1024 * kMiB);
}

TEST_CASE("host: inside a container the root of the mount is the container's own cgroup") {
  ProcTree tree;
  tree.unified(true);
  tree.files.write("cgroup/cpu.max", "100000 100000\n");
  tree.files.write("cgroup/memory.max", "67108864\n");
  tree.process({.pid = 7, .cgroup = "0::/\n"});
  tree.process({.pid = 8, .cgroup = "0::/docker/abc\n"});  // no cgroup namespace: the host's path

  for (const pid_t pid : {7, 8}) {
    const TargetLimits limits = target_limits(target_with({pid}), tree.roots());
    CHECK(limits.cpu_limit == 1);
    CHECK(limits.memory_limit_bytes == 64 * kMiB);
  }
}

TEST_CASE("host: affinity limits the CPUs, a wider quota does not") {
  ProcTree tree;
  tree.unified();
  tree.cgroup("a", {{"cpu.max", "300000 100000\n"}});
  tree.process({.pid = 7, .cgroup = "0::/a\n", .allowed_cpus = "0,2"});

  const TargetLimits limits = target_limits(target_with({7}), tree.roots());

  CHECK(limits.cpu_limit == 2);
  CHECK_FALSE(limits.cpu_quota);
}

TEST_CASE("host: pressure is the cgroup's where it has one, else the host's") {
  const auto pressure = [](int total) {
    return "some avg10=0.00 avg60=0.00 avg300=0.00 total=" + std::to_string(total) +
           "\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=" + std::to_string(total / 2) + "\n";
  };
  ProcTree tree;
  tree.hierarchy("unified");
  tree.cgroup("unified/a", {{"cpu.pressure", pressure(100)}});
  tree.files.write("proc/pressure/cpu", pressure(90'000));
  tree.files.write("proc/pressure/memory", pressure(200));
  tree.process({.pid = 7, .cgroup = "0::/a\n"});
  HostCounters counters(target_with({7}), tree.roots());
  tree.cgroup("unified/a", {{"cpu.pressure", pressure(130)}});
  tree.files.write("proc/pressure/memory", pressure(260));

  const pid_t pids[] = {7};
  const HostWindow window = counters.read(pids);

  CHECK(window.pressure_cpu_some_ns == 30'000);
  CHECK(window.pressure_memory_full_ns == 30'000);
  CHECK(!window.pressure_io_full_ns);
}

TEST_CASE("host: the pressure of a cgroup that is gone is not the host's") {
  ProcTree tree;
  tree.hierarchy("unified");
  tree.cgroup("unified/a", {{"memory.pressure", "full avg10=0.00 total=5\n"}});
  tree.files.write("proc/pressure/memory", "full avg10=0.00 total=70000\n");
  tree.process({.pid = 7, .cgroup = "0::/a\n"});
  HostCounters counters(target_with({7}), tree.roots());
  tree.files.remove("cgroup/unified/a");

  const pid_t pids[] = {7};
  CHECK_FALSE(counters.read(pids).pressure_memory_full_ns.has_value());
}

TEST_CASE("host: a pod is limited where most of its CPU time is used") {
  ProcTree tree;
  tree.unified();
  tree.cgroup("pod", {{"cpu.max", "max 100000\n"}, {"memory.max", "max\n"}});
  tree.cgroup("pod/pause", {{"cpu.max", "max 100000\n"}, {"memory.max", "max\n"}});
  tree.cgroup("pod/app", {{"cpu.max", "100000 100000\n"},
                          {"memory.max", "67108864\n"},
                          {"cpu.stat", "nr_periods 10\nnr_throttled 4\nthrottled_usec 5\n"}});
  tree.process({.pid = 7, .cpu_ticks = 1, .cgroup = "0::/pod/pause\n"});
  tree.process({.pid = 8, .cpu_ticks = 900, .cgroup = "0::/pod/app\n"});
  Target target = target_with({7, 8});
  target.cgroup_scope = tree.files.path("cgroup/pod");

  const TargetLimits limits = target_limits(target, tree.roots());
  HostCounters counters(target, tree.roots());
  tree.cgroup("pod/app", {{"cpu.stat", "nr_periods 20\nnr_throttled 9\nthrottled_usec 6\n"}});

  CHECK(limits.cpu_limit == 1);
  CHECK(limits.cpu_quota);
  CHECK(limits.memory_limit_bytes == 64 * kMiB);
  const pid_t pids[] = {7, 8};
  CHECK(counters.read(pids).cgroup_periods_throttled == 5);
}

TEST_CASE("host: a cgroup that is the target tells its CPU time, exited processes included") {
  ProcTree tree;
  tree.unified();
  tree.cgroup("a", {{"cpu.stat", "usage_usec 1000\n"}});
  tree.process({.pid = 7, .cgroup = "0::/a\n"});
  Target target = target_with({7});
  target.cgroup_scope = tree.files.path("cgroup/a");
  HostCounters counters(target, tree.roots());
  tree.cgroup("a", {{"cpu.stat", "usage_usec 1500\n"}});

  const pid_t pids[] = {7};
  CHECK(counters.read(pids).cpu_ns == 500'000);
}

TEST_CASE("host: counters that went backwards or are damaged have no value") {
  ProcTree tree;
  tree.unified();
  tree.cgroup("a", {{"cpu.stat", "nr_periods 10\nnr_throttled 4\nthrottled_usec 5\n"}});
  tree.process({.pid = 7, .cgroup = "0::/a\n"});
  HostCounters counters(target_with({7}), tree.roots());
  tree.cgroup("a", {{"cpu.stat", "nr_periods 3\nnr_throttled x\n"}});
  tree.files.write("proc/stat", "cpu 1 2 garbage\n");

  const pid_t pids[] = {7};
  const HostWindow window = counters.read(pids);

  CHECK(!window.cgroup_periods);
  CHECK(!window.cgroup_periods_throttled);
  CHECK(!window.cgroup_throttled_ns);
  CHECK(!window.host_busy_ns);
}

TEST_CASE("host: absurd quotas are no quotas") {
  for (const char* text :
       {"max", "0 100000", "-1 100000", "100000 0", "nan 1", "x", "", "inf inf"}) {
    ProcTree tree;
    tree.unified();
    tree.cgroup("a", {{"cpu.max", text}});
    tree.process({.pid = 7, .cgroup = "0::/a\n"});

    CHECK_FALSE(target_limits(target_with({7}), tree.roots()).cpu_quota);
  }
}

TEST_CASE("host: our own process is counted on the real /proc") {
  const pid_t self = ::getpid();
  HostCounters counters(target_with({self}));

  const pid_t pids[] = {self};
  const HostWindow window = counters.read(pids);
  const TargetLimits limits = target_limits(target_with({self}));

  CHECK(window.cpu_ns);
  CHECK(*window.rss_bytes > 0);
  CHECK(limits.online_cpus > 0);
  CHECK(limits.cpu_limit > 0);
  CHECK(limits.cpu_limit <= limits.online_cpus);
  CHECK(limits.host_memory_bytes > 0);
}
