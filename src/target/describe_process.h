// A process as the recording knows it.
#pragma once

#include "boundscope/target.h"
#include "target/proc_fs.h"
#include "target/runtime.h"

namespace boundscope {

TargetProcess describe_process(const ProcFs& proc, const ProcStat& process,
                               RuntimeDetector& runtimes);

// All that a guess says, also where it says that something is not known.
void set_runtime(TargetProcess& process, RuntimeGuess guess);

// The path in the cpu hierarchy if it is there and says more than "/", else in the unified one.
std::string main_cgroup(const std::vector<CgroupEntry>& entries);

}  // namespace boundscope
