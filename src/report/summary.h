// The verdict in plain sentences: what the text begins with and JSON calls verdict.summary.
#pragma once

#include <string>

#include "boundscope/analysis.h"

namespace boundscope {

// What bounds the service: "I/O-bound: requests wait for 10.0.0.7:5432 (93 % of their time)."
std::string verdict_sentence(const Analysis& analysis);

// What that means for a rewrite, or what to do for a better answer.
std::string consequence_sentence(const Analysis& analysis);

}  // namespace boundscope
