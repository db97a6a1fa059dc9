// The sections of mix_cpp.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace mix {

// A call of a section takes some 0.1 to 1 ms.
std::map<std::string, std::function<void()>> all_sections();

}  // namespace mix
