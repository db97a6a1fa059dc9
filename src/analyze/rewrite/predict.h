// Predict: what a rewrite could change, per target language and goal (docs/rewrite.md).
#pragma once

#include <string>
#include <vector>

#include "analyze/rewrite/subject.h"
#include "boundscope/verdict.h"

namespace boundscope {

// `to`: languages asked for; empty: the usual ones.
Rewrite rewrite_of(const Subject& subject, const std::vector<std::string>& to);

}  // namespace boundscope
