// Parse rules: from the text of an owner table to its rules (docs/owners.md, "Tables").
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "analyze/owners/rule.h"
#include "boundscope/result.h"

namespace boundscope {

// The text of the table of that name; nothing if there is none.
using FindTable = std::function<std::optional<std::string_view>(std::string_view name)>;

// `find` answers for `include` lines. The texts have to outlive the rules. Errors name the line.
Result<std::vector<Rule>> parse_rules(std::string_view text, const FindTable& find);

}  // namespace boundscope
