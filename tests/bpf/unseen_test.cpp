// A switch that the kernel does not report: the thread is found on its CPU later, and its time goes
// there from when the scheduler picked it.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <doctest/doctest.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "collect/cpu_sampler.h"
#include "collect/kernel_clock.h"
#include "collect/kernel_probes.h"
#include "collect/process_slots.h"
#include "probes.skel.h"
#include "program.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

constexpr double kWork_ms = 1000;

// The kernel side by itself, with one process marked.
class KernelSide {
 public:
  explicit KernelSide(pid_t pid) : kernel_(load()), pidfd_(open(pid)), pid_(pid) {
    auto slots = ProcessSlots::create(kernel_);
    REQUIRE(slots);
    TargetProcess process;
    process.pid = pid;
    REQUIRE(slots->mark(process));
    kernel_.begin_generation();
  }

  KernelProbes& probes() { return kernel_; }

  bs_thread thread() const {
    bs_thread thread{};
    const int key = kernel_.thread_key(pid_, pidfd_);
    REQUIRE(bpf_map_lookup_elem(threads(), &key, &thread) == 0);
    return thread;
  }

  // As if its next switch to a CPU had not been reported; returns since when.
  std::uint64_t hide_its_arrival() {
    bs_thread preempted = thread();
    preempted.generation = kernel_.skeleton().data->generation;
    preempted.state = BS_THREAD_PREEMPTED;
    preempted.since_ns = kernel_now_ns();
    preempted.times = {};
    const int key = kernel_.thread_key(pid_, pidfd_);
    REQUIRE(bpf_map_update_elem(threads(), &key, &preempted, BPF_EXIST) == 0);
    return preempted.since_ns;
  }

  std::uint64_t found() const {
    const int counters = bpf_map__fd(kernel_.skeleton().maps.counters);
    std::vector<std::uint64_t> by_cpu(static_cast<std::size_t>(libbpf_num_possible_cpus()));
    const std::uint32_t key = BS_LOST_SWITCHES;
    REQUIRE(bpf_map_lookup_elem(counters, &key, by_cpu.data()) == 0);
    std::uint64_t sum = 0;
    for (const std::uint64_t count : by_cpu) sum += count;
    return sum;
  }

 private:
  static KernelProbes load() {
    auto kernel = KernelProbes::load();
    REQUIRE(kernel);
    return *std::move(kernel);
  }
  static UniqueFd open(pid_t pid) {
    return UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  }
  int threads() const { return bpf_map__fd(kernel_.skeleton().maps.threads); }

  KernelProbes kernel_;
  UniqueFd pidfd_;
  pid_t pid_;
};

// We and a program on a CPU each, so that it can be looked at while it runs; only as long as this
// lives.
class Apart {
 public:
  explicit Apart(pid_t program) {
    REQUIRE(sched_getaffinity(0, sizeof(before_), &before_) == 0);
    std::vector<int> cpus;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
      if (CPU_ISSET(cpu, &before_)) cpus.push_back(cpu);
    works_ = cpus.size() > 1 && pin(0, cpus.front()) && pin(program, cpus.back());
  }
  ~Apart() { sched_setaffinity(0, sizeof(before_), &before_); }
  Apart(const Apart&) = delete;
  Apart& operator=(const Apart&) = delete;

  bool works() const { return works_; }

 private:
  static bool pin(pid_t pid, int cpu) {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    return sched_setaffinity(pid, sizeof(one), &one) == 0;
  }

  cpu_set_t before_{};
  bool works_ = false;
};

// A program in the middle of its work.
class Spinning : public Program {
 public:
  Spinning() : Program("spin", {"user", std::to_string(static_cast<int>(kWork_ms))}) {}
  void begin() {
    go();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
};

}  // namespace

TEST_CASE("collect: a thread whose switch-in was not reported is put right by the next sample") {
  Spinning program;
  KernelSide kernel(program.pid());
  program.begin();
  const std::uint64_t hidden_at = kernel.hide_its_arrival();
  // Its switches are not attached: nothing else can put it right.
  kernel.probes().skeleton().bss->switches_attached = 1;
  {
    auto sampler = CpuSampler::attach(kernel.probes().skeleton().progs.on_cpu_sample, 499);
    REQUIRE(sampler);
    program.finish();
  }
  const bs_thread thread = kernel.thread();

  CHECK(kernel.found() == 1);
  CHECK(thread.state == BS_THREAD_ON_CPU);
  CHECK(1e-6 * static_cast<double>(thread.since_ns - hidden_at) < 0.5 * kWork_ms);
}

TEST_CASE(
    "collect: a thread whose switch-in was not reported is put right when it leaves its CPU") {
  Spinning program;
  const Apart apart(program.pid());
  if (!apart.works()) {
    MESSAGE("skipped: there is one CPU only, and the program is never on it when we look");
    return;
  }
  KernelSide kernel(program.pid());
  REQUIRE(kernel.probes().attach_events());
  program.begin();
  // On a busy host others take its CPU at times, and it is seen to come back: again.
  for (int attempt = 0; attempt < 50 && kernel.found() == 0; ++attempt) {
    if (kernel.thread().state == BS_THREAD_ON_CPU) kernel.hide_its_arrival();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  program.finish();
  kernel.probes().detach_events();

  CHECK(kernel.found() >= 1);
  CHECK(1e-6 * static_cast<double>(kernel.thread().times.on_cpu_ns) > 0.5 * kWork_ms);
}
