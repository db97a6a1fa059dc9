// The file that holds a runtime's code: the program itself, or a library that it has mapped. Opened
// through the process's mappings, so that it is the one that runs, whatever has its name now.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "boundscope/result.h"
#include "target/elf_file.h"
#include "target/gc/probe_site.h"
#include "target/proc_fs.h"
#include "target/unique_fd.h"

namespace boundscope {

struct FileRange {
  std::uint64_t begin = 0;  // offset in the file
  std::uint64_t end = 0;
};

// An executable mapping of a file, from /proc/PID/maps. The views are into the text.
struct MappedCode {
  std::string_view range;  // as map_files calls it
  std::string_view path;   // as maps calls it
  std::uint64_t inode = 0;
  FileRange in_file;
};
std::vector<MappedCode> parse_mapped_code(std::string_view maps);

struct RuntimeFile {
  std::string path;  // /proc/PID/exe or /proc/PID/map_files/...
  ElfFile elf;
  std::shared_ptr<const UniqueFd> file;  // the same
  Machine machine = Machine::other;
  std::vector<FileRange> code;  // what of it is mapped as code

  // Where an address, as linked, is in the file; empty if it is not mapped as code.
  std::optional<std::uint64_t> code_offset(std::uint64_t address) const;
};

// The one library that a name check accepts (base name, without " (deleted)"), else the program.
// Errors: no privilege, no such process, two such libraries.
using IsLibrary = bool (*)(std::string_view base_name);
Result<RuntimeFile> open_runtime_file(const ProcFs& proc, pid_t pid, IsLibrary is_library);

}  // namespace boundscope
