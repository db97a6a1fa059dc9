#include "boundscope/collector.h"

#include "collect/loaded_probes.h"
#include "collect/session.h"

namespace boundscope {

Result<> record(const Target& target, const CollectOptions& options, RecordingSink& sink,
                const std::atomic<bool>& stop, LoadedProbes probes) {
  auto session = Session::start(target, options, sink, std::move(probes).take());
  if (!session) return session.error();
  return (*session)->run(stop);
}

Result<> record(const Target& target, const CollectOptions& options, RecordingSink& sink,
                const std::atomic<bool>& stop) {
  auto probes = LoadedProbes::load(options);
  if (!probes) return probes.error();
  return record(target, options, sink, stop, *std::move(probes));
}

}  // namespace boundscope
