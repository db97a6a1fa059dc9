// What boundscope gives up before it reads what a stranger wrote.
//
// Programs, symbol tables, memory and names of a target, and recordings of other hosts, are hostile
// until proven otherwise. Whoever takes over a parser of ours finds a process that can start
// nothing, signal nobody, open no file for writing, reach no network and load nothing into the
// kernel. docs/privileges.md lists what stays, and why.
#pragma once

#include <sys/types.h>

#include <optional>
#include <vector>

#include "boundscope/collector.h"
#include "boundscope/result.h"

namespace boundscope {

// To measure: reads /proc and files, of whomever they are, and makes the calls of `more`. `command`
// is the process group that we started and have to stop.
Result<> confine_measuring(const std::vector<NeededCall>& more, std::optional<pid_t> command);

// To answer from what is open already: reads and writes that, and opens nothing new.
Result<> confine_reporting();

}  // namespace boundscope
