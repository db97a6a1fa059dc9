// The executable mappings of running processes, read once a window for all who ask: names, stacks
// and stalls.
//
// The kernel walks every mapping to list them, so that a process of ten thousand costs
// milliseconds. Where reading takes long, the same processes are read again less often.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "target/address_space.h"
#include "target/proc_fs.h"
#include "target/symbols/mapped_file.h"

namespace boundscope {

struct ProcessCode {
  AddressSpace space;
  std::map<std::uint64_t, FileIdentity> files;  // those that were opened, by start of the mapping
  bool truncated = false;                       // there are more mappings than are read
};

class AddressSpaces {
 public:
  // What tells the time, and the CPU time of this thread; in ns.
  struct Clocks {
    double (*now_ns)();
    double (*cpu_ns)();
  };

  explicit AddressSpaces(ProcFs proc);
  AddressSpaces(ProcFs proc, Clocks clocks) : proc_(std::move(proc)), clocks_(clocks) {}
  AddressSpaces(const AddressSpaces&) = delete;
  AddressSpaces& operator=(const AddressSpaces&) = delete;

  // Valid until the next call of forget(). Empty for a process that is not there, and what was
  // known of one that is gone.
  ProcessCode& of(pid_t pid);

  // To be called once a window: processes may have mapped new code.
  void forget();

 private:
  // What another owner of the pid has otherwise, and the same one after exec: the kernel puts code
  // and stack of each program somewhere else.
  struct Program {
    std::uint64_t start_ticks = 0;
    std::uint64_t code_start = 0;
    std::uint64_t stack_start = 0;

    bool operator==(const Program&) const = default;
  };

  struct Entry {
    ProcessCode code;
    std::optional<Program> program;
    double read_at_ns = 0;
    double cost_ns = 0;  // CPU time of the last reading; 0: never read
    std::uint64_t used_in_window = 0;
    bool is_current = false;
  };

  std::optional<Program> program_of(pid_t pid) const;
  bool is_fresh(pid_t pid, const Entry& entry) const;
  void read(pid_t pid, Entry& entry);

  ProcFs proc_;
  Clocks clocks_;
  std::map<pid_t, Entry> entries_;
  double round_cost_ns_ = 0;  // of reading all once that were asked for in the last window
  std::uint64_t window_ = 0;
};

}  // namespace boundscope
