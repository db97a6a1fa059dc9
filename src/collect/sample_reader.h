// Takes the CPU samples and the sampled waits of a window out of the kernel's maps.
#pragma once

#include <utility>

#include "abi.h"
#include "boundscope/recording.h"
#include "collect/kernel_probes.h"
#include "collect/process_slots.h"
#include "collect/stack_copies.h"
#include "collect/stack_resolver.h"
#include "collect/stall_meter.h"
#include "target/address_spaces.h"

namespace boundscope {

class SampleReader {
 public:
  static Result<SampleReader> open(KernelProbes& kernel, ProcessSlots& slots, StackResolver& stacks,
                                   StallMeter& stalls, AddressSpaces& spaces,
                                   const HostRoots& roots);

  // To be called every few milliseconds: copied stacks do not wait long.
  void walk_copies() { copies_.drain(); }

  // Adds what was sampled since the last call. New frames and stacks wait in the resolver.
  void read(Window& window);

 private:
  SampleReader(KernelProbes& kernel, ProcessSlots& slots, StackResolver& stacks, StallMeter& stalls,
               StackCopies copies)
      : kernel_(&kernel),
        slots_(&slots),
        stacks_(&stacks),
        stalls_(&stalls),
        copies_(std::move(copies)) {}
  std::uint32_t take_up(pid_t pid, const RawStack& stack, std::uint64_t count);
  void read_samples(Window& window);
  void read_waits(Window& window);
  RawStack stack_of_wait(const bs_sampled_wait_key& key);

  KernelProbes* kernel_;
  ProcessSlots* slots_;
  StackResolver* stacks_;
  StallMeter* stalls_;
  StackCopies copies_;
};

}  // namespace boundscope
