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
  described.threads = process.threads;
  set_runtime(described, runtimes.of_process(process.pid));
  return described;
}

void set_runtime(TargetProcess& process, RuntimeGuess guess) {
  process.runtime = guess.runtime;
  process.runtime_version = std::move(guess.version);
  process.runtime_vendor = std::move(guess.vendor);
  process.collector = std::move(guess.collector);
  process.jit = std::move(guess.jit);
  process.language = std::move(guess.language);
  process.embedded = std::move(guess.embedded);
}

}  // namespace boundscope
