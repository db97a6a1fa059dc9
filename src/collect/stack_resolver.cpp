#include "collect/stack_resolver.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "probes.skel.h"
#include "target/proc_fs.h"

namespace boundscope {
namespace {

// Neighbouring frames of one module say the same until functions have names.
void append(std::vector<Frame>& frames, Frame frame) {
  frame.offset = 0;
  if (!frames.empty() && frames.back().module == frame.module &&
      frames.back().symbol == frame.symbol)
    return;
  frames.push_back(std::move(frame));
}

std::string content_key(const Stack& stack) {
  std::string key(1, stack.in_kernel ? 'k' : 'u');
  for (const Frame& frame : stack.frames) {
    key += frame.module;
    key += '\0';
    key += frame.symbol;
    key += '\0';
  }
  return key;
}

}  // namespace

std::vector<std::uint64_t> StackResolver::addresses(std::int32_t stack) const {
  std::array<std::uint64_t, BS_MAX_STACK_DEPTH> frames{};
  const int map = bpf_map__fd(kernel_->skeleton().maps.stacks);
  if (stack < 0 || bpf_map_lookup_elem(map, &stack, frames.data()) != 0) return {};
  return {frames.begin(), std::find(frames.begin(), frames.end(), 0)};
}

const AddressSpace& StackResolver::mapping(pid_t pid) {
  auto found = mappings_.find(pid);
  if (found == mappings_.end())
    found = mappings_.emplace(pid, AddressSpace(ProcFs(roots_.proc).maps(pid).text)).first;
  return found->second;
}

RawStack StackResolver::fetch(std::int32_t user_stack, std::int32_t kernel_stack) const {
  // A kernel stack that could not be stored was one all the same.
  return {addresses(user_stack), addresses(kernel_stack),
          kernel_stack >= 0 || kernel_stack == -EEXIST};
}

std::uint32_t StackResolver::resolve(pid_t pid, const RawStack& raw) {
  Stack stack;
  stack.in_kernel = raw.in_kernel;
  if (!symbols_) symbols_.emplace(ProcFs(roots_.proc));
  for (const std::uint64_t address : raw.kernel) append(stack.frames, symbols_->resolve(address));
  // The map had no room for the kernel's part, but that the thread was in the kernel is known.
  if (raw.in_kernel && raw.kernel.empty()) append(stack.frames, {"[kernel]", "", 0});
  for (const std::uint64_t address : raw.user) append(stack.frames, mapping(pid).resolve(address));
  if (stack.frames.empty()) stack.frames.emplace_back();

  const auto [found, is_new] =
      known_.emplace(content_key(stack), static_cast<std::uint32_t>(known_.size()));
  if (is_new) {
    stack.id = found->second;
    fresh_.push_back(std::move(stack));
  }
  return found->second;
}

std::vector<Stack> StackResolver::take_new() { return std::exchange(fresh_, {}); }

}  // namespace boundscope
