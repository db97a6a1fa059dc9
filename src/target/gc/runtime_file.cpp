#include "target/gc/runtime_file.h"

#include <elf.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "target/symbols/root_folder.h"
#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::size_t kMappingsLimit = 16 * 1024;

Error failure(std::string message, std::string hint) {
  return {.kind = ErrorKind::environment, .message = std::move(message), .hint = std::move(hint)};
}

std::optional<MappedCode> parse_line(std::string_view line) {
  MappedCode code;
  code.range = take_word(line);
  const std::string_view access = take_word(line);
  if (access.size() != 4 || access[2] != 'x') return std::nullopt;
  std::string_view range = code.range;
  const auto start = parse_number<std::uint64_t>(take_until(range, '-'), 16);
  const auto end = parse_number<std::uint64_t>(range, 16);
  const auto offset = parse_number<std::uint64_t>(take_word(line), 16);
  take_word(line);  // device
  const auto inode = parse_number<std::uint64_t>(take_word(line));
  if (!start || !end || !offset || !inode || *inode == 0 || *start >= *end) return std::nullopt;
  code.path = trim(line);
  code.inode = *inode;
  code.in_file = {*offset, *offset + (*end - *start)};
  return code;
}

std::string_view library_name(std::string_view path) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  return base_name(path);
}

bool is_same_file(const MappedCode& a, const MappedCode& b) {
  return a.inode == b.inode && a.path == b.path;
}

Machine machine_of(const ElfFile& file) {
  Elf64_Ehdr header{};
  const std::string head = file.read(0, sizeof header);
  if (head.size() < sizeof header) return Machine::other;
  std::memcpy(&header, head.data(), sizeof header);
  if (header.e_machine == EM_X86_64) return Machine::x86_64;
  return header.e_machine == EM_AARCH64 ? Machine::aarch64 : Machine::other;
}

// What the link leads to, if that is still the mapped file. Its inode may be another one than in
// maps (overlayfs), but then the link says the same.
UniqueFd open_mapped(const std::string& link, const MappedCode& mapping) {
  UniqueFd file = open_if_regular(UniqueFd(::open(link.c_str(), O_PATH | O_CLOEXEC)));
  struct stat info {};
  if (!file || ::fstat(file.get(), &info) != 0) return {};
  const bool is_it = info.st_ino == mapping.inode || read_link(link) == mapping.path;
  return is_it ? std::move(file) : UniqueFd{};
}

Result<RuntimeFile> open_file(const ProcFs& proc, pid_t pid, const std::vector<MappedCode>& all,
                              const MappedCode& mapping) {
  const bool is_program = proc.exe(pid) == mapping.path;
  std::string path =
      proc.path(pid, is_program ? "exe" : fmt::format("map_files/{}", mapping.range));
  UniqueFd held = open_mapped(path, mapping);
  auto elf = ElfFile::open(UniqueFd(held ? ::fcntl(held.get(), F_DUPFD_CLOEXEC, 0) : -1));
  if (!elf) {
    return failure(fmt::format("cannot open the runtime's file {} of process {}",
                               printable(base_name(mapping.path)), pid),
                   "run as root, or with CAP_SYS_PTRACE and CAP_CHECKPOINT_RESTORE");
  }
  const Machine machine = machine_of(*elf);
  RuntimeFile file{std::move(path),
                   *std::move(elf),
                   std::make_shared<const UniqueFd>(std::move(held)),
                   machine,
                   {}};
  for (const MappedCode& other : all) {
    if (is_same_file(other, mapping)) file.code.push_back(other.in_file);
  }
  return file;
}

}  // namespace

std::vector<MappedCode> parse_mapped_code(std::string_view maps) {
  std::vector<MappedCode> found;
  while (!maps.empty() && found.size() < kMappingsLimit) {
    if (const auto code = parse_line(take_until(maps, '\n'))) found.push_back(*code);
  }
  return found;
}

std::optional<std::uint64_t> RuntimeFile::code_offset(std::uint64_t address) const {
  for (const ElfPiece& segment : elf.segments()) {
    if (!segment.executable || address < segment.address ||
        address - segment.address >= segment.size)
      continue;
    const std::uint64_t offset = segment.offset + (address - segment.address);
    const bool is_mapped = std::any_of(code.begin(), code.end(), [&](const FileRange& range) {
      return offset >= range.begin && offset < range.end;
    });
    if (is_mapped) return offset;
  }
  return std::nullopt;
}

Result<RuntimeFile> open_runtime_file(const ProcFs& proc, pid_t pid, IsLibrary is_library) {
  const FileText maps = proc.maps(pid);
  const std::vector<MappedCode> all = parse_mapped_code(maps.text);
  if (!maps || all.empty()) {
    return failure(fmt::format("cannot read the memory map of process {}", pid),
                   "run as root, or with CAP_SYS_PTRACE");
  }
  const MappedCode* chosen = nullptr;
  for (const MappedCode& mapping : all) {
    if (!is_library(library_name(mapping.path))) continue;
    if (chosen != nullptr && !is_same_file(*chosen, mapping)) {
      return failure(fmt::format("process {} has two copies of its runtime mapped", pid),
                     "which of them runs the program cannot be told from outside");
    }
    chosen = &mapping;
  }
  const std::optional<std::string> exe = proc.exe(pid);
  for (const MappedCode& mapping : all) {
    if (chosen == nullptr && mapping.path == exe) chosen = &mapping;
  }
  if (chosen == nullptr) {
    return failure(fmt::format("the program of process {} is not mapped as code", pid),
                   "it may be packed, or run from large pages that are not its file's");
  }
  return open_file(proc, pid, all, *chosen);
}

}  // namespace boundscope
