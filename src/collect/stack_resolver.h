// From the kernel's stack ids to frames with names, while the processes still exist.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "boundscope/recording.h"
#include "collect/kernel_probes.h"
#include "target/address_space.h"
#include "target/kernel_symbols.h"

namespace boundscope {

// Addresses, leaf first, as the kernel stored them.
struct RawStack {
  std::vector<std::uint64_t> user;
  std::vector<std::uint64_t> kernel;
  bool in_kernel = false;
};

class StackResolver {
 public:
  StackResolver(KernelProbes& kernel, const HostRoots& roots) : kernel_(&kernel), roots_(roots) {}

  // Negative ids: there is no such part.
  RawStack fetch(std::int32_t user_stack, std::int32_t kernel_stack) const;

  // Index of the resolved stack in the recording.
  std::uint32_t resolve(pid_t pid, const RawStack& raw);

  // Stacks that no earlier call has returned.
  std::vector<Stack> take_new();

  // A process may have mapped new code since the last window.
  void forget_mappings() { mappings_.clear(); }

 private:
  std::vector<std::uint64_t> addresses(std::int32_t stack) const;
  const AddressSpace& mapping(pid_t pid);

  KernelProbes* kernel_;
  HostRoots roots_;
  std::optional<KernelSymbols> symbols_;
  std::map<pid_t, AddressSpace> mappings_;
  std::map<std::string, std::uint32_t> known_;  // by content
  std::vector<Stack> fresh_;
};

}  // namespace boundscope
