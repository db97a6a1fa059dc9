// Decompression of .gnu_debugdata: the symbols that a distribution leaves in stripped programs.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace boundscope {

// Empty if the data is damaged, or needs more than `limit` bytes or an unreasonable dictionary.
std::optional<std::string> decompress_xz(std::string_view data, std::size_t limit);

}  // namespace boundscope
