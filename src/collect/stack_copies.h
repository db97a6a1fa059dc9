// Takes copied stacks from the kernel and walks them, soon after they were taken.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "boundscope/result.h"
#include "collect/bpf_handle.h"
#include "collect/kernel_probes.h"
#include "collect/process_slots.h"
#include "collect/stack_resolver.h"
#include "target/unwind/unwinder.h"

namespace boundscope {

// One CPU sample, its stack walked but without names.
struct WalkedSample {
  pid_t pid = 0;
  std::string comm;
  bool main_thread = false;
  RawStack stack;
};

class StackCopies {
 public:
  static Result<StackCopies> open(KernelProbes& kernel, ProcessSlots& slots, const HostRoots& roots,
                                  AddressSpaces& spaces);

  // Empties the kernel's buffer. Often: it holds a few hundred stacks.
  void drain();

  // What was drained since the last call.
  std::vector<WalkedSample> take();

  // The user part of the stack that a wait began with; once. Empty if it was not drained, or long
  // ago.
  UnwoundStack take_wait(std::uint64_t name);

 private:
  struct Walker;  // its address is the callback's context

  explicit StackCopies(std::unique_ptr<Walker> walker);
  static int on_sample(void* walker, void* data, std::size_t size);

 public:
  StackCopies(StackCopies&&) noexcept;
  StackCopies& operator=(StackCopies&&) noexcept;
  ~StackCopies();

 private:
  std::unique_ptr<Walker> walker_;
  RingBuffer buffer_;
};

}  // namespace boundscope
