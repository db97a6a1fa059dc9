#include <algorithm>
#include <set>
#include <string>

#include "target/footprint.h"
#include "target/text.h"

namespace boundscope {
namespace {

// A guard below a thread's stack, as the C libraries and the JVM put it there.
constexpr std::uint64_t kLargestGuard = 64 * 1024;
constexpr std::uint64_t kMostKilobytes = std::uint64_t{1} << 40;  // a petabyte: sums still fit
constexpr std::uint64_t kLargestStack = 64 * 1024 * 1024;

struct Mapping {
  std::uint64_t start = 0, end = 0;
  bool readable = false, writable = false, executable = false, is_shared = false;
  std::string_view name;
  // Bytes.
  std::uint64_t rss = 0, pss = 0, unshared = 0, shared = 0, swap = 0, huge = 0;
};

enum class Kind { anonymous, stack, code, file, shmem };

std::optional<Mapping> parse_head(std::string_view line) {
  std::string_view range = take_word(line);
  const auto start = parse_number<std::uint64_t>(take_until(range, '-'), 16);
  const auto end = parse_number<std::uint64_t>(range, 16);
  const std::string_view permissions = take_word(line);
  if (!start || !end || *end <= *start || permissions.size() < 4) return std::nullopt;
  for (int skipped = 0; skipped < 3; ++skipped) take_word(line);  // offset, device, inode
  Mapping mapping;
  mapping.start = *start;
  mapping.end = *end;
  mapping.readable = permissions[0] == 'r';
  mapping.writable = permissions[1] == 'w';
  mapping.executable = permissions[2] == 'x';
  mapping.is_shared = permissions[3] == 's';
  mapping.name = trim(line);
  return mapping;
}

// "Rss:    123 kB"
void add_field(Mapping& mapping, std::string_view key, std::string_view value) {
  const auto kilobytes = parse_number<std::uint64_t>(take_word(value));
  if (!kilobytes || *kilobytes > kMostKilobytes) return;
  const std::uint64_t bytes = *kilobytes * 1024;
  if (key == "Rss:") mapping.rss = bytes;
  if (key == "Pss:") mapping.pss = bytes;
  if (key == "Private_Clean:" || key == "Private_Dirty:") mapping.unshared += bytes;
  if (key == "Shared_Clean:" || key == "Shared_Dirty:") mapping.shared += bytes;
  if (key == "Swap:") mapping.swap = bytes;
  if (key == "AnonHugePages:") mapping.huge = bytes;
}

std::vector<Mapping> parse_mappings(std::string_view text) {
  std::vector<Mapping> mappings;
  while (!text.empty()) {
    std::string_view line = take_until(text, '\n');
    std::string_view rest = line;
    const std::string_view word = take_word(rest);
    if (word.ends_with(':')) {
      if (!mappings.empty()) add_field(mappings.back(), word, rest);
    } else if (const auto mapping = parse_head(line)) {
      mappings.push_back(*mapping);
    }
  }
  return mappings;
}

bool is_memory_with_a_name(std::string_view name) {
  return name.starts_with("/memfd:") || name.starts_with("/dev/zero") ||
         name.starts_with("/dev/shm/") || name.starts_with("/SYSV") ||
         name.starts_with("/anon_hugepage") || name.starts_with("[anon_shmem");
}

// The kernel tells only the main thread's stack. Others lie above a guard that nothing may touch.
bool is_stack(const Mapping& mapping, const Mapping* below) {
  if (mapping.name == "[stack]") return true;
  if (mapping.name.starts_with("[anon:")) {
    return mapping.name.find("stack") != std::string_view::npos;
  }
  if (!mapping.name.empty() || !mapping.readable || !mapping.writable || mapping.executable ||
      below == nullptr) {
    return false;
  }
  const bool guarded = below->end == mapping.start && !below->readable && !below->writable &&
                       !below->executable && below->name.empty() &&
                       below->end - below->start <= kLargestGuard;
  return guarded && mapping.end - mapping.start <= kLargestStack;
}

Kind kind_of(const Mapping& mapping, const Mapping* below,
             const std::set<std::string_view>& code_files) {
  if (is_memory_with_a_name(mapping.name)) return mapping.executable ? Kind::code : Kind::shmem;
  if (mapping.name.starts_with('/')) {
    return code_files.contains(mapping.name) ? Kind::code : Kind::file;
  }
  if (mapping.executable) return Kind::code;  // made by a compiler at run time
  if (is_stack(mapping, below)) return Kind::stack;
  return mapping.is_shared ? Kind::shmem : Kind::anonymous;
}

void add(std::optional<std::uint64_t>& sum, std::uint64_t bytes) { sum = sum.value_or(0) + bytes; }

void add_sums(MemoryTotals& totals, const Mapping& mapping) {
  add(totals.rss_bytes, mapping.rss);
  add(totals.pss_bytes, mapping.pss);
  add(totals.private_bytes, mapping.unshared);
  add(totals.shared_bytes, mapping.shared);
  add(totals.swap_bytes, mapping.swap);
  add(totals.huge_bytes, mapping.huge);
}

std::optional<std::uint64_t>& kind_in(MemoryTotals& totals, Kind kind) {
  switch (kind) {
    case Kind::stack:
      return totals.stack_bytes;
    case Kind::code:
      return totals.code_bytes;
    case Kind::file:
      return totals.file_bytes;
    case Kind::shmem:
      return totals.shmem_bytes;
    case Kind::anonymous:
      break;
  }
  return totals.anonymous_bytes;
}

}  // namespace

MemoryTotals parse_smaps(std::string_view text) {
  const std::vector<Mapping> mappings = parse_mappings(text);
  MemoryTotals totals;
  totals.source = "smaps";
  if (mappings.empty()) return totals;
  std::set<std::string_view> code_files;
  for (const Mapping& mapping : mappings) {
    if (mapping.executable && mapping.name.starts_with('/')) code_files.insert(mapping.name);
  }
  for (const Kind kind : {Kind::anonymous, Kind::stack, Kind::code, Kind::file, Kind::shmem}) {
    kind_in(totals, kind) = 0;
  }
  totals.mappings = mappings.size();
  for (std::size_t i = 0; i < mappings.size(); ++i) {
    const Mapping* below = i > 0 ? &mappings[i - 1] : nullptr;
    add_sums(totals, mappings[i]);
    add(kind_in(totals, kind_of(mappings[i], below, code_files)), mappings[i].pss);
  }
  return totals;
}

MemoryTotals parse_smaps_rollup(std::string_view text) {
  MemoryTotals totals;
  totals.source = "smaps_rollup";
  const std::vector<Mapping> mappings = parse_mappings(text);  // one, named [rollup]
  if (mappings.size() == 1) add_sums(totals, mappings.front());
  return totals;
}

}  // namespace boundscope
