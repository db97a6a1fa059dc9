// The first line of a recording: the host, the target's limits and what could be measured.
#pragma once

#include <vector>

#include "boundscope/collector.h"

namespace boundscope {

RecordingHeader recording_header(const Target& target, const CollectOptions& options,
                                 const std::vector<Capability>& capabilities);

}  // namespace boundscope
