// Questions to an answer.
#pragma once

#include <algorithm>
#include <string_view>

#include "boundscope/analysis.h"

namespace boundscope::testing {

inline bool has_caveat(const Analysis& analysis, std::string_view code) {
  return std::any_of(analysis.caveats.begin(), analysis.caveats.end(),
                     [&](const Caveat& caveat) { return caveat.code == code; });
}

}  // namespace boundscope::testing
