// From the kernel's stack ids to frames with names, while the processes still exist.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "boundscope/recording.h"
#include "target/address_spaces.h"
#include "target/kernel_symbols.h"
#include "target/proc_fs.h"
#include "target/symbols/symbolizer.h"

namespace boundscope {

// Addresses, leaf first, as the kernel stored them.
struct RawStack {
  std::vector<std::uint64_t> user;
  std::vector<std::uint64_t> kernel;
  bool in_kernel = false;
  bool cut = false;  // there are more frames than were stored
};

// A BPF map of stacks.
class StackMap {
 public:
  explicit StackMap(int map) : map_(map) {}

  // Negative ids: there is no such part.
  RawStack fetch(std::int32_t user_stack, std::int32_t kernel_stack) const;

 private:
  std::vector<std::uint64_t> addresses(std::int32_t stack) const;

  int map_;
};

class StackResolver {
 public:
  StackResolver(const HostRoots& roots, AddressSpaces& spaces)
      : kernel_symbols_(ProcFs(roots.proc)), user_symbols_(roots, spaces) {}

  // Index of the resolved stack in the recording.
  std::uint32_t resolve(pid_t pid, const RawStack& raw);
  // The same for a stack taken at a context switch: without our own frames and the switch's.
  std::uint32_t resolve_wait(pid_t pid, RawStack raw);

  // What no earlier call has returned, in the order of their indices.
  std::vector<Frame> take_new_frames();
  std::vector<Stack> take_new_stacks();

  // To be called once a window, when the address spaces are forgotten.
  void forget_frames() { user_symbols_.forget_frames(); }

 private:
  void add_kernel_frames(Stack& stack, const RawStack& raw);
  void add_user_frames(Stack& stack, pid_t pid, const RawStack& raw);
  std::uint32_t index_of(Frame frame);

  KernelSymbols kernel_symbols_;
  Symbolizer user_symbols_;
  std::unordered_map<std::string, std::uint32_t> frames_;  // by content
  std::unordered_map<std::string, std::uint32_t> stacks_;
  std::vector<Frame> new_frames_;
  std::vector<Stack> new_stacks_;
};

}  // namespace boundscope
