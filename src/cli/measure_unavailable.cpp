// The build without collector (BOUNDSCOPE_COLLECT=OFF): reports, and says so.
#include "cli/measure.h"

namespace boundscope {
namespace {

Error no_collector() {
  return {ErrorKind::environment,
          "this boundscope was built without the collector: it can only report",
          "measure with a full build, then: boundscope report FILE"};
}

}  // namespace

Result<Measurement> measure(const Options&) { return no_collector(); }

Result<std::vector<HostCheck>> examine_host() { return no_collector(); }

}  // namespace boundscope
