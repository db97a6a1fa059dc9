// The functions that the kernel maps into every process, [vdso].
#pragma once

#include <string>

namespace boundscope {

// The ELF image in our own process, which is that of all 64-bit processes of this kernel; empty if
// there is none.
std::string vdso_image();

}  // namespace boundscope
