// The counters that a HotSpot JVM publishes in a file which it shares with its tools.
//
// The file is the target's and changes while it is read: every length and offset is a claim.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace boundscope {

// Counters that are strings, by name. Empty if the bytes are no such file (version 2).
using JvmStrings = std::unordered_map<std::string, std::string>;
std::optional<JvmStrings> parse_hsperfdata(std::string_view bytes);

}  // namespace boundscope
