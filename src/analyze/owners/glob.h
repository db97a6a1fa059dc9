// Glob: patterns in which '*' stands for any text, and nothing else is special.
#pragma once

#include <string_view>

namespace boundscope {

bool glob_fits(std::string_view pattern, std::string_view text);

}  // namespace boundscope
