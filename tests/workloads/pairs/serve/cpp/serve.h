// The HTTP part of the C++ services: a thread per connection.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "common.h"

namespace boundscope::workload {

// Answers each request with what `handle` makes of its body. Called from many threads.
[[noreturn]] void serve(const Arguments& arguments,
                        const std::function<std::string(std::string_view)>& handle);

}  // namespace boundscope::workload
