#include "collect/cpu_sampler.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <set>

#include "collect/load_error.h"
#include "target/cpu_list.h"
#include "target/file_read.h"
#include "target/text.h"
#include "target/unique_fd.h"

namespace boundscope {
namespace {

UniqueFd open_clock(int cpu, double frequency_hz) {
  perf_event_attr attributes{};
  attributes.size = sizeof(attributes);
  attributes.type = PERF_TYPE_SOFTWARE;
  attributes.config = PERF_COUNT_SW_CPU_CLOCK;
  attributes.freq = 1;
  attributes.sample_freq = static_cast<std::uint64_t>(frequency_hz);
  attributes.exclude_idle = 1;
  return UniqueFd(static_cast<int>(
      syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC)));
}

// All that are possible if /sys does not tell: opening a clock says which are there.
std::set<int> online_cpus() {
  std::set<int> cpus = parse_cpu_list(trim(read_file("/sys/devices/system/cpu/online").text));
  if (!cpus.empty()) return cpus;
  for (int cpu = 0; cpu < libbpf_num_possible_cpus(); ++cpu) cpus.insert(cpu);
  return cpus;
}

}  // namespace

Result<> CpuSampler::attach_to(int cpu) {
  UniqueFd clock = open_clock(cpu, frequency_hz_);
  if (!clock && errno == ENODEV) return Done{};  // gone offline meanwhile
  if (!clock) {
    Error error = load_error(errno, "start a CPU clock (perf_event_open)");
    error.hint =
        "it needs CAP_PERFMON (or root), or kernel.perf_event_paranoid of at most 0; "
        "`boundscope doctor` shows the command";
    return error;
  }
  BpfLink link(bpf_program__attach_perf_event(program_, clock.get()));
  if (!link) return load_error(errno, "attach to the CPU clock");
  // The link owns the descriptor from here on.
  (void)clock.release();
  clocks_[cpu] = std::move(link);
  return Done{};
}

Result<CpuSampler> CpuSampler::attach(bpf_program* program, double frequency_hz) {
  CpuSampler sampler(program, frequency_hz);
  for (const int cpu : online_cpus())
    if (auto attached = sampler.attach_to(cpu); !attached) return attached.error();
  return sampler;
}

void CpuSampler::follow_cpus() {
  const std::set<int> online = online_cpus();
  std::erase_if(clocks_, [&](const auto& clock) { return !online.contains(clock.first); });
  for (const int cpu : online)
    if (!clocks_.contains(cpu) && !attach_to(cpu)) return;  // tried again with the next window
}

}  // namespace boundscope
