// Which process has which slot of the kernel side's process array.
//
// A process is marked through a pidfd, so neither pid namespaces nor the reuse of a pid can confuse
// it. Children take slots by themselves, in the kernel, from the list of free ones.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "boundscope/result.h"
#include "boundscope/target.h"
#include "collect/kernel_probes.h"
#include "target/proc_fs.h"

namespace boundscope {

class ProcessSlots {
 public:
  // Fills the kernel's list of free slots.
  static Result<ProcessSlots> create(KernelProbes& kernel);

  // Marks a process as part of the target. Done twice it does nothing. False: it is gone.
  Result<bool> mark(const TargetProcess& process);

  // What it runs decides how it is observed; again when it executes another program.
  void tell_runtime(std::uint32_t slot, Runtime runtime);

  // How many found no slot since this was asked last.
  std::uint64_t take_lost() { return std::exchange(lost_, 0); }

  // What a reading of the kernel told: `slot` belongs to `pid` (in our pid namespace); slot 0: it
  // found none.
  void learn(std::uint32_t slot, pid_t pid) {
    if (slot != 0)
      pids_[slot] = pid;
    else
      without_slot_.try_emplace(pid);
  }

  // 0 if the slot belongs to no process that we know.
  pid_t pid_of(std::uint32_t slot) const;

  struct Slot {
    std::uint32_t slot;
    pid_t pid;  // 0 for slot 0, the processes that found no slot
  };
  // Every slot in use.
  std::vector<Slot> in_use() const;
  // The pids of those whose pid is known.
  std::vector<pid_t> pids() const;
  // The pids of all that live, with a slot or without. Forgets those without that have ended.
  std::vector<pid_t> take_living(const ProcFs& proc);

  // Gives the slots of processes back whose end was read in an earlier window. Not at once: while a
  // process dies, its sockets are still being closed.
  void recycle(const std::vector<std::uint32_t>& ended);

 private:
  explicit ProcessSlots(KernelProbes& kernel) : kernel_(&kernel) {}

  KernelProbes* kernel_;
  std::vector<std::uint32_t> ending_;      // to be recycled with the next window
  std::map<std::uint32_t, pid_t> pids_;    // of slots whose pid we know
  std::map<pid_t, std::uint64_t> marked_;  // pid -> start time
  std::map<pid_t, std::optional<std::uint64_t>> without_slot_;  // pid -> start time
  std::uint64_t lost_ = 0;
};

}  // namespace boundscope
