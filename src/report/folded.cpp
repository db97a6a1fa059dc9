#include "report/folded.h"

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>

#include "report/flame_stacks.h"

namespace boundscope {
namespace {

// A number at the end of a name would be taken for a second value.
std::string without_number(std::string name) {
  const auto space = name.rfind(' ');
  const bool is_number = space != std::string::npos && space + 1 < name.size() &&
                         name.find_first_not_of("0123456789.", space + 1) == std::string::npos;
  return is_number ? name.replace(space, 1, "\\x20") : name;
}

// The semicolon separates frames; flame graph programs paint "_[k]" as kernel.
std::vector<std::string> folded_names(const std::vector<NamedFrame>& frames) {
  std::vector<std::string> names;
  names.reserve(frames.size());
  for (const NamedFrame& frame : frames) {
    names.push_back(frame.in_kernel ? frame.name + "_[k]" : without_number(frame.name));
    std::replace(names.back().begin(), names.back().end(), ';', ':');
  }
  return names;
}

void write_lines(std::ostream& out, const std::map<FramePath, std::uint64_t>& sums,
                 const std::vector<std::string>& names, std::string_view prefix) {
  for (const auto& [path, value_ns] : sums) {
    out << prefix;
    for (std::size_t i = 0; i < path.size(); ++i) out << (i == 0 ? "" : ";") << names[path[i]];
    out << ' ' << value_ns / 1000 + (value_ns % 1000 >= 500 ? 1 : 0) << '\n';
  }
}

}  // namespace

void write_folded(std::ostream& out, const Recording& recording, const Profile& profile) {
  const FlameStacks stacks = flame_stacks(recording, profile);
  const std::vector<std::string> names = folded_names(stacks.frames);
  const bool both = profile.kinds.on_cpu && profile.kinds.off_cpu;
  write_lines(out, stacks.on_cpu_ns, names, both ? "on-cpu;" : "");
  write_lines(out, stacks.off_cpu_ns, names, both ? "off-cpu;" : "");
}

}  // namespace boundscope
