#include "target/gc/jvm_image.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "target/elf_file.h"
#include "target/symbols/mapped_file.h"
#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::uint64_t kMostBytes = 1024 * 1024;  // 32 KB unless somebody asked for more
constexpr std::size_t kSymbolsLimit = 64u << 20;

// Addresses of data symbols as linked; 0 where there is none.
template <std::size_t Count>
std::array<std::uint64_t, Count> find_data(const ElfFile& file,
                                           const std::array<std::string_view, Count>& names) {
  std::array<std::uint64_t, Count> found{};
  const std::string symbols = file.section(".symtab", kSymbolsLimit).value_or("");
  const std::string strings = file.section(".strtab", kSymbolsLimit).value_or("");
  for (std::size_t at = 0; at + sizeof(Elf64_Sym) <= symbols.size(); at += sizeof(Elf64_Sym)) {
    Elf64_Sym symbol;
    std::memcpy(&symbol, symbols.data() + at, sizeof symbol);
    if (ELF64_ST_TYPE(symbol.st_info) != STT_OBJECT || symbol.st_name >= strings.size()) continue;
    for (std::size_t i = 0; i < Count; ++i) {
      const std::string_view name = std::string_view(strings).substr(symbol.st_name);
      const bool ends = name.size() > names[i].size() && name[names[i].size()] == '\0';
      if (ends && name.starts_with(names[i])) found[i] = symbol.st_value;
    }
  }
  return found;
}

struct Place {
  std::uint64_t address = 0;
  std::uint64_t size = 0;
};

Error failure(std::string message, std::string hint = "") {
  return {.kind = ErrorKind::environment, .message = std::move(message), .hint = std::move(hint)};
}

std::optional<ElfFile> open_library(const ProcFs& proc, pid_t pid, const MappingLine& mapping) {
  const CodeMapping code{
      .start = mapping.start, .end = mapping.end, .offset = mapping.offset, .inode = mapping.inode};
  auto mapped = open_mapped_file(proc, pid, code, mapping.path);
  auto file = mapped ? ElfFile::open(std::move(mapped->fd)) : std::nullopt;
  return file && !file->segments().empty() ? std::move(file) : std::nullopt;
}

// Where a JVM that does not share its counters keeps them (-XX:+PerfDisableSharedMem, or a user
// without a name).
Result<Place> private_place(const ProcFs& proc, pid_t pid, std::string_view maps,
                            const ProcessMemory& memory) {
  const auto mapping = find_mapping(maps, "/libjvm.so");
  if (!mapping) return failure("the process has no JVM in it, or not yet");
  const auto file = open_library(proc, pid, *mapping);
  if (!file) {
    return failure("the JVM shares no counters and its libjvm.so cannot be read",
                   "run as root, or let the JVM write to /tmp/hsperfdata_USER");
  }
  const auto linked =
      find_data<2>(*file, {"_ZN10PerfMemory6_startE", "_ZN10PerfMemory9_capacityE"});
  if (linked[0] == 0 || linked[1] == 0) {
    return failure("the JVM shares no counters and its libjvm.so has no symbols that lead to them",
                   "start it without -XX:+PerfDisableSharedMem, and for a user that has a name");
  }
  // The first mapping is that of the first segment.
  const ElfPiece& first = file->segments().front();
  const std::uint64_t bias = mapping->start - mapping->offset - (first.address - first.offset);
  const auto address = memory.number<std::uint64_t>(linked[0] + bias);
  const auto size = memory.number<std::uint64_t>(linked[1] + bias);
  if (!address || !size) return failure("the JVM's memory cannot be read");
  if (*address == 0 || *size == 0) {
    return failure("this JVM keeps no counters", "it was started with -XX:-UsePerfData");
  }
  return Place{*address, *size};
}

std::optional<MappingLine> parse_mapping(std::string_view line) {
  std::string_view range = take_word(line);
  const std::string_view access = take_word(line);
  const auto start = parse_number<std::uint64_t>(take_until(range, '-'), 16);
  const auto end = parse_number<std::uint64_t>(range, 16);
  const auto offset = parse_number<std::uint64_t>(take_word(line), 16);
  take_word(line);  // device
  const auto inode = parse_number<std::uint64_t>(take_word(line));
  if (!start || !end || !offset || !inode || *end <= *start) return std::nullopt;
  return MappingLine{*start, *end, std::string(access), *offset, *inode, std::string(trim(line))};
}

}  // namespace

std::optional<MappingLine> find_mapping(std::string_view maps, std::string_view part,
                                        std::string_view access) {
  while (!maps.empty()) {
    const std::string_view line = take_until(maps, '\n');
    if (line.find(part) == std::string_view::npos) continue;
    auto mapping = parse_mapping(line);
    if (mapping && (access.empty() || mapping->access == access)) return mapping;
  }
  return std::nullopt;
}

Result<JvmImage> JvmImage::open(const ProcFs& proc, pid_t pid) {
  // The memory first: if the process executes something else now, reading fails.
  auto memory = ProcessMemory::open(proc, pid);
  if (!memory) return memory.error();
  const FileText maps = proc.maps(pid);
  if (!maps || maps.text.empty()) {
    return failure(fmt::format("cannot read the memory map of process {}", pid),
                   "check that it still runs; another user's needs root, or CAP_SYS_PTRACE");
  }
  // A JVM may look at another one's counters, too, but writes only its own.
  const auto shared = find_mapping(maps.text, "/hsperfdata_", "rw-s");
  const Result<Place> place = shared ? Place{shared->start, shared->end - shared->start}
                                     : private_place(proc, pid, maps.text, *memory);
  if (!place) return place.error();
  JvmImage image(std::move(*memory));
  image.address_ = place->address;
  image.size_ = static_cast<std::size_t>(std::min(place->size, kMostBytes));
  image.is_shared_ = shared.has_value();
  return image;
}

}  // namespace boundscope
