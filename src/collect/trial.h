// Trials: what this kernel takes is found out by asking it, with programs that do nothing.
#pragma once

namespace boundscope {

// Whether programs that walk `target` ("task_file", "bpf_sk_storage_map" ...) may be loaded. Some
// hosts refuse a kind of iterator that their kernel has.
bool kernel_takes_iterator(const char* target);

enum class FunctionHooks {
  refused,
  once,   // a program that was detached cannot be attached again (before Linux 5.13)
  again,  // as often as one likes
};

// Whether a program may hang on the end of a kernel function (fexit). Some kernels load what they
// cannot attach: arm64 has no trampolines on functions before 6.4. Tried on a function that is
// rarely called, since attaching rewrites it.
FunctionHooks kernel_takes_function_hooks();

// Whether a kprobe can be placed. Tried on the same function.
bool kernel_takes_kprobes();

}  // namespace boundscope
