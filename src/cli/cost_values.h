// Values of costs, from text. Errors say where it stands, what is accepted and an example.
#pragma once

#include <string>
#include <string_view>

#include "boundscope/result.h"
#include "boundscope/roi.h"

namespace boundscope {

// Where a value was written: "costs.ini, line 7" or "the command line". A wrong one in a file is
// damaged data, on the command line it is wrong usage.
struct CostPlace {
  ErrorKind kind = ErrorKind::data;
  std::string text;
};

// "4", "3..6" (anything between) or "3..4..6" (4 most likely). Each number may end in k or M;
// shares may be written with %. A suffix at the end belongs to all of them: "80..120k", "10..20 %".
Result<CostRange> parse_cost_range(std::string_view text, const CostKey& key,
                                   const CostPlace& place);

// A language that a rewrite can be predicted for, as LanguageGains spells it.
Result<std::string> parse_target_language(std::string_view text, const CostPlace& place);

// "required" or "no".
Result<bool> parse_memory_safety(std::string_view text, const CostPlace& place);

// Up to eight visible characters, "EUR" or a sign; printed after each amount.
Result<std::string> parse_currency(std::string_view text, const CostPlace& place);

std::string_view trimmed(std::string_view text);  // without white space at both ends

}  // namespace boundscope
