// Library name: what people call a mapped file.
#pragma once

#include <string>
#include <string_view>

namespace boundscope {

// "libssl" for libssl.so.3, "libc" for libc-2.31.so, "_json" for
// _json.cpython-311-x86_64-linux-gnu.so, "addon" for addon.node; else the module as it is.
std::string library_name(std::string_view module);

}  // namespace boundscope
