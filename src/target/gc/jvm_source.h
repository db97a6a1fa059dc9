// Counters of a running HotSpot JVM.
#pragma once

#include <sys/types.h>

#include <memory>

#include "boundscope/result.h"
#include "target/gc/gc_source.h"
#include "target/proc_fs.h"

namespace boundscope {

Result<std::unique_ptr<GcSource>> open_jvm_source(const ProcFs& proc, pid_t pid);

}  // namespace boundscope
