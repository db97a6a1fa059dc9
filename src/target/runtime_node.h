// The version of a Node that does not tell it by its path.
#pragma once

#include <string>
#include <string_view>

#include "target/runtime_root.h"

namespace boundscope {

// From the headers beside the executable; its own text is 50 MB long. Empty if there are none.
std::string installed_node_version(std::string_view exe, const ProcessRoot& root);

// "20.11.1" from the text of node_version.h. Exposed for tests.
std::string node_version_of_header(std::string_view header);

}  // namespace boundscope
