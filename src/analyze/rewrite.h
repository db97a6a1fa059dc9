// Rewrite: the plain bound, from the CPU time that could vanish, and what cheaper changes could
// gain in the same model (docs/method.md, "Rewrite").
#pragma once

#include <vector>

#include "analyze/details.h"
#include "analyze/figures.h"
#include "analyze/load.h"
#include "boundscope/verdict.h"

namespace boundscope {

// `runtime` is that of the process that uses most CPU time.
Rewrite rewrite_of(const Verdict& verdict, const Evidence& evidence, const Facts& facts,
                   Runtime runtime);

std::vector<Alternative> alternatives_of(const Verdict& verdict, const Evidence& evidence,
                                         const Facts& facts, const Names& names);

}  // namespace boundscope
