// What a process was started with, for the options that choose how its runtime works.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "target/proc_fs.h"

namespace boundscope {

// /proc/PID/cmdline as it is: arguments with a zero byte after each, cut at 64 KB.
std::string command_line(const ProcFs& proc, pid_t pid);

std::vector<std::string_view> split_arguments(std::string_view command_line);

// An environment variable; empty if it is not set, or we may not know. The rest of the environment,
// which may hold secrets, is forgotten at once.
std::string environment_variable(const ProcFs& proc, pid_t pid, std::string_view name);

}  // namespace boundscope
