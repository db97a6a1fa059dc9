// try_probes(): what cannot be read off a host, because kernels of the same version differ in it.
#include <fmt/format.h>

#include "collect/loaded_probes.h"
#include "collect/stall_calibration.h"
#include "collect/trial.h"

namespace boundscope {
namespace {

HostCheck check_of(const Capability& capability) {
  const std::string& found = capability.reason.empty() ? capability.mechanism : capability.reason;
  return {"probes: " + capability.name, capability.state, found.empty() ? "loaded" : found, ""};
}

HostCheck statistics(const LoadedProbes::Parts& parts) {
  if (parts.statistics) return {"bpf_stats", CapabilityState::available, "can be switched on", ""};
  return {"bpf_stats", CapabilityState::degraded,
          "refused: the cost of an event is assumed, not measured", "sudo boundscope ..."};
}

// What memory stalls would be told from.
HostCheck stalls(StallCalibrator& at_work) {
  const StallCalibrator::Outcome found = at_work.wait();
  if (found.counters != nullptr)
    return {"stalls", CapabilityState::available,
            fmt::format("from hardware counters ({})", found.counters->name), ""};
  const std::string no_counters = "; hardware counters: " + found.counters_missing;
  if (!found.samples.missing.empty())
    return {"stalls", CapabilityState::absent, found.samples.missing + no_counters, ""};
  return {"stalls", CapabilityState::available,
          fmt::format("from CPU samples (a load that hits takes {:.1f} cycles){}",
                      found.samples.load_cycles, no_counters),
          ""};
}

}  // namespace

std::vector<HostCheck> try_probes() {
  auto loaded = LoadedProbes::load({});
  if (!loaded)
    return {{"probes", CapabilityState::absent, loaded.error().message, loaded.error().hint}};
  LoadedProbes::Parts parts = std::move(*loaded).take();
  std::vector<HostCheck> checks;
  for (const Capability& capability : parts.kernel.capabilities())
    checks.push_back(check_of(capability));
  checks.push_back(parts.sampler
                       ? HostCheck{"probes: samples", CapabilityState::available, "cpu-clock", ""}
                       : HostCheck{"probes: samples", CapabilityState::absent,
                                   parts.sampler.error().message, parts.sampler.error().hint});
  checks.push_back(stalls(parts.calibrator));
  checks.push_back(statistics(parts));
  // No gap: the sockets are found through descriptors then.
  checks.push_back({"map_iterators", CapabilityState::available,
                    kernel_takes_iterator("bpf_sk_storage_map")
                        ? "accepted"
                        : "refused; sockets are looked at through descriptors instead",
                    ""});
  return checks;
}

}  // namespace boundscope
