#pragma once

#include <string>
#include <string_view>

namespace boundscope {

// The same bytes for the same data: no time stamp, no file name.
std::string gzip(std::string_view data);

}  // namespace boundscope
