// What the report says about memory, beside its size: growth, shortage, what it is made of.
#pragma once

#include <string>
#include <vector>

#include "boundscope/analysis.h"

namespace boundscope {

// Plain sentences without a full stop; only what there is to say.
std::vector<std::string> memory_lines(const MemorySummary& memory);

}  // namespace boundscope
