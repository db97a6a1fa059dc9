#include "collect/stack_resolver.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "abi.h"

namespace boundscope {
namespace {

// What callers' frames hold is where the call returns to, which may be the next function already.
std::uint64_t code_address(std::uint64_t address, bool is_leaf) {
  return is_leaf ? address : address - 1;
}

std::string content_key(const Frame& frame) {
  std::string key;
  for (const std::string* part : {&frame.module, &frame.symbol, &frame.previous, &frame.next}) {
    key += *part;
    key += '\0';
  }
  return key + std::to_string(frame.offset);
}

std::string content_key(const Stack& stack) {
  std::string key{stack.in_kernel ? 'k' : 'u', stack.cut ? 'c' : '-'};
  key.append(reinterpret_cast<const char*>(stack.frames.data()),
             stack.frames.size() * sizeof(stack.frames.front()));
  return key;
}

}  // namespace

std::vector<std::uint64_t> StackMap::addresses(std::int32_t stack) const {
  std::array<std::uint64_t, BS_MAX_STACK_DEPTH> frames{};
  if (stack < 0 || bpf_map_lookup_elem(map_, &stack, frames.data()) != 0) return {};
  return {frames.begin(), std::find(frames.begin(), frames.end(), 0)};
}

RawStack StackMap::fetch(std::int32_t user_stack, std::int32_t kernel_stack) const {
  RawStack raw{addresses(user_stack), addresses(kernel_stack), false, false};
  // A kernel stack that could not be stored was one all the same.
  raw.in_kernel = kernel_stack >= 0 || kernel_stack == -EEXIST;
  raw.cut = user_stack == -EEXIST || raw.user.size() == BS_MAX_STACK_DEPTH;
  return raw;
}

std::uint32_t StackResolver::index_of(Frame frame) {
  const auto [found, is_new] =
      frames_.emplace(content_key(frame), static_cast<std::uint32_t>(frames_.size()));
  if (is_new) new_frames_.push_back(std::move(frame));
  return found->second;
}

void StackResolver::add_kernel_frames(Stack& stack, const RawStack& raw) {
  for (const std::uint64_t address : raw.kernel) {
    Frame frame = kernel_symbols_.resolve(code_address(address, stack.frames.empty()));
    if (!frame.symbol.empty()) frame.offset = 0;
    stack.frames.push_back(index_of(std::move(frame)));
  }
  // The map had no room for the kernel's part, but that the thread was in the kernel is known.
  if (raw.kernel.empty()) stack.frames.push_back(index_of({.module = "[kernel]"}));
}

void StackResolver::add_user_frames(Stack& stack, pid_t pid, const RawStack& raw) {
  bool is_leaf = true;
  for (const std::uint64_t address : raw.user) {
    Frame frame = user_symbols_.resolve(pid, code_address(address, is_leaf));
    // Code without frame pointers leaves anything in their place. Where no code is, the stack is
    // lost.
    if (frame.module.empty() && !is_leaf) {
      stack.cut = true;
      return;
    }
    stack.frames.push_back(index_of(std::move(frame)));
    is_leaf = false;
  }
}

std::uint32_t StackResolver::resolve(pid_t pid, const RawStack& raw) {
  Stack stack;
  stack.in_kernel = raw.in_kernel;
  stack.cut = raw.cut;
  if (raw.in_kernel) add_kernel_frames(stack, raw);
  add_user_frames(stack, pid, raw);
  if (stack.frames.empty()) stack.frames.push_back(index_of({}));

  const auto [found, is_new] =
      stacks_.emplace(content_key(stack), static_cast<std::uint32_t>(stacks_.size()));
  if (is_new) {
    stack.id = found->second;
    new_stacks_.push_back(std::move(stack));
  }
  return found->second;
}

std::uint32_t StackResolver::resolve_wait(pid_t pid, RawStack raw) {
  const auto is_switch = [this](std::uint64_t address) {
    return kernel_symbols_.resolve(address - 1).symbol == "__schedule";
  };
  const auto at = std::find_if(raw.kernel.begin(), raw.kernel.end(), is_switch);
  if (at != raw.kernel.end()) raw.kernel.erase(raw.kernel.begin(), at + 1);
  return resolve(pid, raw);
}

std::vector<Frame> StackResolver::take_new_frames() { return std::exchange(new_frames_, {}); }

std::vector<Stack> StackResolver::take_new_stacks() { return std::exchange(new_stacks_, {}); }

}  // namespace boundscope
