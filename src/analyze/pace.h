// Pace: whether being watched slowed the service down, and by how much.
#pragma once

#include <optional>

#include "analyze/run.h"

namespace boundscope {

// The rate at which clients' data came in while event probes were attached, over that between: in
// (0, 1), 0.9 for a service that was a tenth slower. Empty where no difference can be told from
// chance (two standard errors by leaving out one window after the other; docs/overhead.md). Clients
// that wait for an answer before they send again show the slowdown so; a load that does not depend
// on answers comes at the same pace.
std::optional<double> slowed_to(const Run& run);

}  // namespace boundscope
