// What stands on either side of the analysis when it is run from the command line.
#pragma once

#include "boundscope/analysis.h"
#include "cli/measure.h"
#include "cli/options.h"

namespace boundscope {

// The recording that `report` names. Errors: it cannot be read, or is damaged.
Result<Measurement> load(const Options& options);

// The answer on stdout, in the format that was asked for. Error: stdout cannot be written.
Result<> print(const Options& options, const Recording& recording, const Analysis& analysis);

// `boundscope doctor`.
Result<> print_host_checks(const Options& options);

}  // namespace boundscope
