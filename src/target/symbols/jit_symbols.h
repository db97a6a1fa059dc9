// Names of just-in-time compiled functions of running processes, from the perf maps that their
// runtimes write.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>

#include "target/proc_fs.h"
#include "target/symbols/bounded_cache.h"
#include "target/symbols/mapped_file.h"
#include "target/symbols/perf_map.h"
#include "target/symbols/read_budget.h"
#include "target/symbols/symbol_problems.h"

namespace boundscope {

class JitSymbols {
 public:
  // What it gets by reference has to outlive it.
  JitSymbols(ProcFs proc, const SymbolLimits& limits, ReadBudget& budget, SymbolProblems& problems)
      : proc_(std::move(proc)),
        limits_(limits),
        budget_(budget),
        problems_(problems),
        maps_(limits.cache_bytes) {}

  // "" if the process has no perf map or no name for the address.
  std::string name_of(pid_t pid, std::uint64_t address);

  // The files may have grown. What is known of a process that is gone is kept.
  void forget() { checked_.clear(); }

  std::size_t bytes() const { return maps_.bytes(); }

 private:
  struct Known {
    FileIdentity file;
    PerfMap map;
  };

  void refresh(pid_t pid);
  UniqueFd open_map(pid_t pid);
  void read_map(pid_t pid, const UniqueFd& fd, const FileIdentity& identity);

  ProcFs proc_;
  const SymbolLimits& limits_;
  ReadBudget& budget_;
  SymbolProblems& problems_;
  BoundedCache<pid_t, Known> maps_;
  std::set<pid_t> checked_;  // since the last forget()
};

}  // namespace boundscope
