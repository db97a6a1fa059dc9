// A profile as stacks of names, for formats that know nothing but names (folded, speedscope).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "boundscope/profile.h"

namespace boundscope {

// A name that can be shown; escaped.
struct NamedFrame {
  std::string name;
  std::string module;  // escaped; empty for frames that are no code: owner, process, thread
  bool in_kernel = false;
  auto operator<=>(const NamedFrame&) const = default;
};

// A place in the code. Without a symbol: "[unknown in libz.so.1+0x1234]", "[jit]", "[unknown]".
NamedFrame named(const Frame& frame);

// Whose row it is: the owner or the class of the wait, with " [idle]" where that is no work.
std::string root_name(const ProfileRow& row);

inline constexpr const char* kUnknown = "[unknown]";
inline constexpr const char* kNoStack = "[no stack]";          // time without a sampled stack
inline constexpr const char* kCut = "[outer frames missing]";  // the stack is known to go on
inline constexpr const char* kAnyThread = "[any thread]";  // without a stack, so without a thread

// Indices into FlameStacks::frames, outermost first: root, process, thread, the stack.
using FramePath = std::vector<std::uint32_t>;

struct FlameStacks {
  std::vector<NamedFrame> frames;  // each only once
  std::map<FramePath, std::uint64_t> on_cpu_ns;
  std::map<FramePath, std::uint64_t> off_cpu_ns;
};
FlameStacks flame_stacks(const Recording& recording, const Profile& profile);

}  // namespace boundscope
