// Readable names of C++ and Rust functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace boundscope {

inline constexpr std::size_t kLongestSymbol = 512;  // bytes of a name, demangled or not

// "ns::Class<int>::method", without parameters; Rust without the hash. A name that is not mangled
// stays as it is; nothing is longer than kLongestSymbol.
//
// The name belongs to the target. A few bytes can stand for a name of gigabytes, so the work ends
// with the limit, too.
std::string demangle(std::string_view name);

}  // namespace boundscope
