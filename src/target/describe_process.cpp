#include "target/describe_process.h"

#include <algorithm>

namespace boundscope {

std::string main_cgroup(const std::vector<CgroupEntry>& entries) {
  std::string path;
  for (const CgroupEntry& entry : entries) {
    const auto& names = entry.controllers;
    if (std::find(names.begin(), names.end(), "cpu") != names.end() && entry.path != "/") {
      return entry.path;
    }
    if (names.empty()) path = entry.path;
  }
  return path;
}

TargetProcess describe_process(const ProcFs& proc, const ProcStat& process,
                               RuntimeDetector& runtimes) {
  TargetProcess described;
  described.pid = process.pid;
  described.parent = process.parent;
  described.start_ticks = process.start_ticks;
  described.comm = process.comm;
  described.exe = proc.exe(process.pid).value_or("");
  described.cgroup = main_cgroup(proc.cgroups(process.pid));
  RuntimeGuess guess = runtimes.of_process(process.pid);
  described.runtime = guess.runtime;
  described.runtime_version = std::move(guess.version);
  described.threads = process.threads;
  return described;
}

}  // namespace boundscope
