#include "target/address_space.h"

#include <sys/sysmacros.h>

#include <algorithm>
#include <map>
#include <optional>

#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::string_view kJit = "[jit]";

struct Line {
  CodeMapping mapping;
  std::string_view name;
};

// MAJOR:MINOR
std::optional<std::uint64_t> parse_device(std::string_view text) {
  const auto major = parse_number<unsigned>(take_until(text, ':'), 16);
  const auto minor = parse_number<unsigned>(text, 16);
  if (!major || !minor) return std::nullopt;
  return makedev(*major, *minor);
}

// start-end perms offset dev inode      name
// Empty if it is not executable; most lines are not, and there may be very many.
std::optional<Line> parse_line(std::string_view line) {
  std::string_view range = take_word(line);
  const std::string_view permissions = take_word(line);
  if (permissions.size() < 4 || permissions[2] != 'x') return std::nullopt;
  const auto start = parse_number<std::uint64_t>(take_until(range, '-'), 16);
  const auto end = parse_number<std::uint64_t>(range, 16);
  const auto offset = parse_number<std::uint64_t>(take_word(line), 16);
  const auto device = parse_device(take_word(line));
  const auto inode = parse_number<std::uint64_t>(take_word(line));
  if (!start || !end || !offset || *end <= *start) return std::nullopt;
  const auto name_at = line.find_first_not_of(' ');
  if (name_at != std::string_view::npos) line.remove_prefix(name_at);
  Line result;
  result.mapping.start = *start;
  result.mapping.end = *end;
  result.mapping.offset = *offset;
  result.mapping.device = device.value_or(0);
  result.mapping.inode = inode.value_or(0);
  if (name_at != std::string_view::npos) result.name = line;
  return result;
}

// Memory that has a name but no file: shared memory, memfd (.NET and Java keep code there),
// /dev/zero.
bool is_nameless_memory(std::string_view path) {
  return path.starts_with("/memfd:") || path.starts_with("/dev/zero") ||
         path.starts_with("/dev/shm/") || path.starts_with("/SYSV") ||
         path.starts_with("/anon_hugepage");
}

std::string module_name(std::string_view name) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (name.ends_with(kDeleted)) name.remove_suffix(kDeleted.size());
  if (name == "[vdso]" || name == "[vsyscall]" || name == "[uprobes]") return std::string(name);
  if (!name.starts_with('/') || is_nameless_memory(name)) return std::string(kJit);
  return std::string(base_name(name));
}

}  // namespace

AddressSpace::AddressSpace(std::string_view maps) {
  std::map<std::string, std::uint32_t, std::less<>> known;
  while (!maps.empty()) {
    auto line = parse_line(take_until(maps, '\n'));
    if (!line) continue;
    // The kernel lists them in order; whatever overlaps is not from the kernel.
    if (!mappings_.empty() && line->mapping.start < mappings_.back().end) continue;

    const auto [path, is_new] = known.emplace(line->name, paths_.size());
    if (is_new) paths_.push_back(path->first);
    line->mapping.path = path->second;
    line->mapping.is_jit = module_name(line->name) == kJit;
    mappings_.push_back(line->mapping);
  }
}

const CodeMapping* AddressSpace::find(std::uint64_t address) const {
  const auto above = std::upper_bound(
      mappings_.begin(), mappings_.end(), address,
      [](std::uint64_t value, const CodeMapping& mapping) { return value < mapping.start; });
  if (above == mappings_.begin() || address >= std::prev(above)->end) return nullptr;
  return &*std::prev(above);
}

Frame AddressSpace::resolve(std::uint64_t address) const {
  Frame frame;
  frame.offset = address;
  const CodeMapping* mapping = find(address);
  if (mapping == nullptr) return frame;
  frame.module = module_name(path_of(*mapping));
  if (!mapping->is_jit) frame.offset = address - mapping->start + mapping->offset;
  return frame;
}

}  // namespace boundscope
