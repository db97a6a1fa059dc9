// Walks the stacks of running processes: finds the unwinding tables of whatever is on them.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "target/address_space.h"
#include "target/proc_fs.h"
#include "target/symbols/bounded_cache.h"
#include "target/symbols/mapped_file.h"
#include "target/unwind/unwind.h"
#include "target/unwind/unwind_table.h"

namespace boundscope {

class Unwinder {
 public:
  explicit Unwinder(ProcFs proc) : proc_(std::move(proc)), tables_(kTableBytes) {}

  UnwoundStack unwind(pid_t pid, const UserStack& stack, std::size_t most_frames);

  // To be called once a window: processes may have mapped new code, and may use our time again.
  void forget_mappings();

  std::chrono::nanoseconds time_spent() const { return spent_; }  // in this window

 private:
  static constexpr std::size_t kTableBytes = 64 << 20;

  struct Process {
    AddressSpace space;
    std::map<std::uint64_t, FileIdentity> files;  // by start of the mapping
    bool is_current = false;
  };

  Process& process_of(pid_t pid);
  CodeInfo look_up(pid_t pid, Process& process, std::uint64_t address);
  UnwindTable* table_of(pid_t pid, Process& process, const CodeMapping& mapping);

  ProcFs proc_;
  std::map<pid_t, Process> processes_;
  BoundedCache<FileIdentity, std::optional<UnwindTable>> tables_;  // empty: the file has none
  std::chrono::nanoseconds spent_{0};
};

}  // namespace boundscope
