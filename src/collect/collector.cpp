#include "boundscope/collector.h"

#include "collect/session.h"

namespace boundscope {

Result<> record(const Target& target, const CollectOptions& options, RecordingSink& sink,
                const std::atomic<bool>& stop) {
  auto session = Session::start(target, options, sink);
  if (!session) return session.error();
  return (*session)->run(stop);
}

}  // namespace boundscope
