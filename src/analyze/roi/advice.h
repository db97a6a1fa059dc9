// What to do about a service, from its options.
#pragma once

#include "analyze/roi/options.h"

namespace boundscope {

// Whether the program is written in a language that keeps memory safe; empty: not known.
std::optional<bool> is_memory_safe(const Recording& recording);

// What the program is written in, spelled like a target language; empty: not known.
std::string language_of(const Recording& recording);

// Fills in advice, reason, chosen and rewrite of `result`, whose options are those of `options`.
void advise(Return& result, const std::vector<EvaluatedOption>& options, const Recording& recording,
            const Costs& costs);

}  // namespace boundscope
