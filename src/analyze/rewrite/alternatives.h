// Alternatives: cheaper changes than a rewrite, in the same worlds and units, each only where the
// measurement shows that there is something to it (docs/rewrite.md, "Alternatives").
#pragma once

#include <vector>

#include "analyze/rewrite/subject.h"
#include "boundscope/verdict.h"

namespace boundscope {

// By goal, ranked; the best rewrite for each goal is among them.
std::vector<Alternative> alternatives_of(const Subject& subject, const Rewrite& rewrite);

}  // namespace boundscope
