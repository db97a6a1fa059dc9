// Bytes as a file, for readers that want one.
#pragma once

#include <string_view>

#include "target/unique_fd.h"

namespace boundscope {

// Empty, with errno set, if there is no memory for it.
UniqueFd memory_file(std::string_view bytes);

}  // namespace boundscope
