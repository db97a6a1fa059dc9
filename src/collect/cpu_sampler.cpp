#include "collect/cpu_sampler.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "collect/load_error.h"
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

}  // namespace

Result<CpuSampler> CpuSampler::attach(bpf_program* program, double frequency_hz) {
  CpuSampler sampler;
  const int cpus = libbpf_num_possible_cpus();
  for (int cpu = 0; cpu < cpus; ++cpu) {
    UniqueFd clock = open_clock(cpu, frequency_hz);
    if (!clock && errno == ENODEV) continue;  // possible, but not online
    if (!clock) {
      Error error = load_error(errno, "start a CPU clock (perf_event_open)");
      error.hint =
          "it needs CAP_PERFMON (or root), or kernel.perf_event_paranoid of at most 0; "
          "`boundscope doctor` shows the command";
      return error;
    }
    BpfLink link(bpf_program__attach_perf_event(program, clock.get()));
    if (!link) return load_error(errno, "attach to the CPU clock");
    // The link owns the descriptor from here on.
    (void)clock.release();
    sampler.links_.push_back(std::move(link));
  }
  return sampler;
}

}  // namespace boundscope
