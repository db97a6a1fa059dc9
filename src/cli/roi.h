// `boundscope roi`: recordings and costs in, a ranking out.
#pragma once

#include <string>
#include <vector>

#include "cli/options.h"

namespace boundscope {

// A short name for each recording: its file name without the ending; where two are alike, or where
// it is just "recording", with its folder.
std::vector<std::string> service_names(const std::vector<std::string>& paths);

// Errors: a recording or the file of costs cannot be read, costs are missing or contradict.
Result<> print_returns(const Options& options);

}  // namespace boundscope
