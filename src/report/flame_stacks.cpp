#include "report/flame_stacks.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "report/escape.h"

namespace boundscope {
namespace {

constexpr std::string_view kKernel = "[kernel]";

// "[kernel]" and "[vdso]" are no file names; inside brackets of ours they lose their own.
std::string_view bare(std::string_view module) {
  if (module.starts_with('[') && module.ends_with(']') && module.size() > 2)
    return module.substr(1, module.size() - 2);
  return module;
}

std::string name_without_symbol(const Frame& frame) {
  if (frame.module.empty()) return kUnknown;
  if (frame.module == "[jit]") return "[jit]";
  const std::string module = escaped(bare(frame.module));
  if (frame.offset == 0) return fmt::format("[unknown in {}]", module);
  return fmt::format("[unknown in {}+{:#x}]", module, frame.offset);
}

// Looks up what the paths consist of.
class PathBuilder {
 public:
  PathBuilder(const Recording& recording, std::vector<NamedFrame>& frames)
      : recording_(recording), frames_(frames), known_(recording.frames.size(), kNone) {}

  FramePath path(const ProfileRow& row) {
    FramePath path = {label(root_name(row)), label(row.process)};
    if (!row.stack) {
      path.push_back(label(row.thread.empty() ? kAnyThread : row.thread));
      path.push_back(label(kNoStack));
      return path;
    }
    path.push_back(label(row.thread));
    append_stack(path, *row.stack);
    return path;
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  void append_stack(FramePath& path, std::uint32_t index) {
    const bool exists = index < recording_.stacks.size();
    if (!exists || recording_.stacks[index].frames.empty()) {
      path.push_back(label(kUnknown));
      return;
    }
    const Stack& stack = recording_.stacks[index];
    if (stack.cut) path.push_back(label(kCut));
    path.reserve(path.size() + stack.frames.size());
    for (auto frame = stack.frames.rbegin(); frame != stack.frames.rend(); ++frame)
      path.push_back(code(*frame));
  }

  std::uint32_t label(std::string_view raw) {
    return intern({raw.empty() ? kUnknown : escaped(raw), "", false});
  }

  std::uint32_t code(std::uint32_t frame) {
    if (frame >= known_.size()) return label(kUnknown);
    if (known_[frame] == kNone) known_[frame] = intern(named(recording_.frames[frame]));
    return known_[frame];
  }

  std::uint32_t intern(NamedFrame frame) {
    const auto [found, is_new] =
        ids_.try_emplace(std::move(frame), static_cast<std::uint32_t>(frames_.size()));
    if (is_new) frames_.push_back(found->first);
    return found->second;
  }

  const Recording& recording_;
  std::vector<NamedFrame>& frames_;
  std::vector<std::uint32_t> known_;  // by index into Recording::frames
  std::map<NamedFrame, std::uint32_t> ids_;
};

}  // namespace

NamedFrame named(const Frame& frame) {
  return {frame.symbol.empty() ? name_without_symbol(frame) : escaped(frame.symbol),
          escaped(frame.module), frame.module == kKernel};
}

std::string root_name(const ProfileRow& row) {
  const std::string_view name =
      row.kind == ProfileKind::on_cpu ? to_string(row.owner) : to_string(row.wait);
  return std::string(name) + (row.is_work ? "" : " [idle]");
}

FlameStacks flame_stacks(const Recording& recording, const Profile& profile) {
  FlameStacks stacks;
  PathBuilder paths(recording, stacks.frames);
  for (const ProfileRow& row : profile.rows) {
    auto& sums = row.kind == ProfileKind::on_cpu ? stacks.on_cpu_ns : stacks.off_cpu_ns;
    sums[paths.path(row)] += row.value_ns;
  }
  return stacks;
}

}  // namespace boundscope
