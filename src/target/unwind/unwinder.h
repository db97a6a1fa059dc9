// Walks the stacks of running processes: finds the unwinding tables of whatever is on them.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "target/address_spaces.h"
#include "target/proc_fs.h"
#include "target/symbols/bounded_cache.h"
#include "target/symbols/mapped_file.h"
#include "target/unwind/unwind.h"
#include "target/unwind/unwind_table.h"

namespace boundscope {

class Unwinder {
 public:
  // The address spaces are forgotten by whoever owns them.
  Unwinder(ProcFs proc, AddressSpaces& spaces)
      : proc_(std::move(proc)), spaces_(&spaces), tables_(kTableBytes) {}

  UnwoundStack unwind(pid_t pid, const UserStack& stack, std::size_t most_frames);

  // To be called once a window: processes may use our time again.
  void refill_time() { spent_ = {}; }

  std::chrono::nanoseconds time_spent() const { return spent_; }  // in this window

 private:
  static constexpr std::size_t kTableBytes = 64 << 20;

  CodeInfo look_up(pid_t pid, ProcessCode& process, std::uint64_t address);
  UnwindTable* table_of(pid_t pid, ProcessCode& process, const CodeMapping& mapping);

  ProcFs proc_;
  AddressSpaces* spaces_;
  BoundedCache<FileIdentity, std::optional<UnwindTable>> tables_;  // empty: the file has none
  std::chrono::nanoseconds spent_{0};
};

}  // namespace boundscope
