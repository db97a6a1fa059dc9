// Costs on the command line: --months 6..9 is months = 6..9 of a file.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/options.h"

namespace boundscope {

// Names of the options, without the two dashes.
std::vector<std::string> cost_option_names();

// `typed`: option and text, in any order. Errors: a value that is none.
Result<CostFile> typed_costs(const std::vector<std::pair<std::string, std::string>>& typed);

}  // namespace boundscope
