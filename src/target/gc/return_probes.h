// May a process be probed where its functions return? Such probes change the return address on the
// stack, which some processes do not survive.
#pragma once

#include <sys/types.h>

#include <string_view>

#include "target/proc_fs.h"

namespace boundscope {

// Do return probes kill what runs under a seccomp filter on this kernel ("6.12.3-amd64")? They
// became a system call in 6.11 that no filter knew.
bool seccomp_forbids_returns(std::string_view kernel_release);

// Why not, by /proc/PID/status of one of its threads; empty: nothing is against it.
std::string_view return_hazard(std::string_view status, bool seccomp_forbids);
// Does a library of this base name let a thread switch between stacks of its own? The kernel takes
// a probed call on a lower stack for one that will not return any more when it sees the next on a
// higher one, and kills the process when it does return.
bool switches_stacks(std::string_view library);

// Of the process: all threads, as a filter may be one thread's, and all libraries.
std::string_view return_hazard(const ProcFs& proc, pid_t pid);

}  // namespace boundscope
