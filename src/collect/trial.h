// Trials: what this kernel takes is found out by asking it to load a program that does nothing.
#pragma once

namespace boundscope {

// Whether programs that walk `target` ("task_file", "bpf_sk_storage_map" ...) may be loaded. Some
// hosts refuse a kind of iterator that their kernel has.
bool kernel_takes_iterator(const char* target);

}  // namespace boundscope
