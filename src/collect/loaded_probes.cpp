#include "collect/loaded_probes.h"

#include <bpf/bpf.h>
#include <linux/perf_event.h>

#include <utility>

#include "collect/rights.h"
#include "probes.skel.h"
#include "target/proc_fs.h"
#include "target/text.h"

namespace boundscope {

namespace {

// Hidden addresses are all zero; the first page of the table tells.
bool kernel_names(const ProcFs& proc) {
  const FileText table = proc.read("kallsyms", 4096);
  std::string_view rest = table.text;
  while (rest.find('\n') != std::string_view::npos) {
    std::string_view line = take_until(rest, '\n');
    if (take_until(line, ' ').find_first_not_of('0') != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace

Result<LoadedProbes> LoadedProbes::load(const CollectOptions& options) {
  StallCalibrator calibrator;
  calibrator.start();
  auto kernel = KernelProbes::load(options.by_kprobes, options.most_table_entries);
  if (!kernel) return kernel.error();
  auto sampler = CpuSampler::attach(kernel->skeleton().progs.on_cpu_sample, options.frequency_hz);
  const ProcFs proc(options.roots.proc);
  const auto own = parse_status(proc.read("self/status").text);
  return LoadedProbes(
      Parts{*std::move(kernel), std::move(sampler), UniqueFd(bpf_enable_stats(BPF_STATS_RUN_TIME)),
            std::move(calibrator),
            missing_rights(own.effective_capabilities.value_or(0), kernel_names(proc))});
}

LoadedProbes::LoadedProbes(Parts parts) : parts_(std::make_unique<Parts>(std::move(parts))) {}
LoadedProbes::LoadedProbes(LoadedProbes&&) noexcept = default;
LoadedProbes& LoadedProbes::operator=(LoadedProbes&&) noexcept = default;
LoadedProbes::~LoadedProbes() = default;

LoadedProbes::Parts LoadedProbes::take() && { return std::move(*parts_); }

// No loading of programs, no creating of maps, nothing by id: what was loaded can be read, attached
// and detached, and that is all. perf_event_open() is for the probes of runtimes that come later
// and for CPUs that come online.
std::vector<NeededCall> calls_while_measuring() {
  return {{"bpf",
           0,
           {BPF_MAP_LOOKUP_ELEM, BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM, BPF_MAP_GET_NEXT_KEY,
            BPF_MAP_LOOKUP_AND_DELETE_ELEM, BPF_MAP_LOOKUP_BATCH, BPF_MAP_LOOKUP_AND_DELETE_BATCH,
            BPF_OBJ_GET_INFO_BY_FD, BPF_RAW_TRACEPOINT_OPEN, BPF_LINK_CREATE, BPF_ITER_CREATE}},
          {"perf_event_open"},
          {"ioctl", 1, {PERF_EVENT_IOC_ENABLE, PERF_EVENT_IOC_DISABLE, PERF_EVENT_IOC_SET_BPF}},
          {"eventfd2"},
          {"timerfd_create"},
          {"pidfd_open"}};
}

}  // namespace boundscope
