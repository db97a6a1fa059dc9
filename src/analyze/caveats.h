// Caveats: what a reader has to know before believing the rest.
#pragma once

#include <vector>

#include "analyze/figures.h"
#include "analyze/load.h"
#include "analyze/rewrite/elsewhere.h"
#include "analyze/run.h"
#include "boundscope/analysis.h"

namespace boundscope {

std::vector<Caveat> caveats_of(const Run& run, const Facts& facts, const Evidence& evidence,
                               const Elsewhere& elsewhere);

}  // namespace boundscope
