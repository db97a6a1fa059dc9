// Who put a runtime where it is: a distribution, a version manager, or nobody we know.
#pragma once

#include <string>
#include <string_view>

#include "target/runtime_root.h"

namespace boundscope {

// Both take the path of the executable or library that is the runtime; empty if its place tells
// nothing. Version managers and vendors have folders of their own, the rest of /usr is the
// distribution's.
std::string_view vendor_by_place(std::string_view path);
std::string vendor_by_distribution(std::string_view path, const ProcessRoot& root);

// The name that etc/os-release gives the distribution: "Debian" for "Debian GNU/Linux". Exposed for
// tests.
std::string distribution_name(std::string_view os_release);

}  // namespace boundscope
