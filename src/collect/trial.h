// Trials: what this kernel takes is found out by asking it, with programs that do nothing.
#pragma once

#include <string>

namespace boundscope {

// Whether programs that walk `target` ("task_file", "bpf_sk_storage_map" ...) may be loaded. Some
// hosts refuse a kind of iterator that their kernel has.
bool kernel_takes_iterator(const char* target);

// Whether a program may hang on the end of a kernel function (fexit). Some kernels load what they
// cannot attach: arm64 has no trampolines on functions before 6.4. Tried on a function that is
// rarely called, since attaching rewrites it.
bool kernel_takes_function_hooks();

// Whether a kprobe can be placed at the beginning of `function`, which is rewritten for a moment.
// Tried once for each.
bool kernel_takes_kprobe(const std::string& function);

}  // namespace boundscope
