// "Did you mean ...?"
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace boundscope {

// The candidate that differs from `typed` by at most two letters; empty if there is none.
std::string closest_to(std::string_view typed, const std::vector<std::string>& candidates);

}  // namespace boundscope
