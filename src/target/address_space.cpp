#include "target/address_space.h"

#include <algorithm>
#include <map>
#include <optional>

#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::string_view kJit = "[jit]";

struct Mapping {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t offset = 0;
  bool executable = false;
  std::string_view name;
};

// start-end perms offset dev inode      name
std::optional<Mapping> parse_mapping(std::string_view line) {
  std::string_view range = take_word(line);
  const auto start = parse_number<std::uint64_t>(take_until(range, '-'), 16);
  const auto end = parse_number<std::uint64_t>(range, 16);
  const std::string_view permissions = take_word(line);
  const auto offset = parse_number<std::uint64_t>(take_word(line), 16);
  take_word(line);  // device
  take_word(line);  // inode
  if (!start || !end || !offset || *end <= *start || permissions.size() < 4) return std::nullopt;
  const auto name_at = line.find_first_not_of(' ');
  if (name_at != std::string_view::npos) line.remove_prefix(name_at);
  return Mapping{*start, *end, *offset, permissions[2] == 'x',
                 name_at == std::string_view::npos ? std::string_view{} : line};
}

// Memory that has a name but no file: shared memory, memfd (.NET and Java keep code there),
// /dev/zero.
bool is_nameless_memory(std::string_view path) {
  return path.starts_with("/memfd:") || path.starts_with("/dev/zero") ||
         path.starts_with("/dev/shm/") || path.starts_with("/SYSV");
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
    const auto mapping = parse_mapping(take_until(maps, '\n'));
    if (!mapping || !mapping->executable) continue;
    // The kernel lists them in order; whatever overlaps is not from the kernel.
    if (!ranges_.empty() && mapping->start < ranges_.back().end) continue;

    const std::string name = module_name(mapping->name);
    const auto [module, is_new] = known.emplace(name, modules_.size());
    if (is_new) modules_.push_back(name);
    const std::uint64_t base = name == kJit ? 0 : mapping->start - mapping->offset;
    ranges_.push_back({mapping->start, mapping->end, base, module->second});
  }
}

Frame AddressSpace::resolve(std::uint64_t address) const {
  const auto above =
      std::upper_bound(ranges_.begin(), ranges_.end(), address,
                       [](std::uint64_t value, const Range& range) { return value < range.start; });
  if (above == ranges_.begin() || address >= std::prev(above)->end) {
    return {.module = "", .symbol = "", .offset = address};
  }
  const Range& range = *std::prev(above);
  return {.module = modules_[range.module], .symbol = "", .offset = address - range.base};
}

}  // namespace boundscope
