// The file behind a mapping of a process, also if it was deleted or replaced meanwhile, and also if
// the process lives in another root.
#pragma once

#include <sys/types.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "target/address_space.h"
#include "target/proc_fs.h"
#include "target/unique_fd.h"

namespace boundscope {

// One state of one file: a file that is written to becomes another one.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::uint64_t changed_ns = 0;

  auto operator<=>(const FileIdentity&) const = default;
};
std::optional<FileIdentity> identity_of(const UniqueFd& fd);

struct MappedFile {
  UniqueFd fd;
  FileIdentity identity;
};

// Empty, with errno set, if none of the ways leads to the file. `path` is what maps calls it.
std::optional<MappedFile> open_mapped_file(const ProcFs& proc, pid_t pid,
                                           const CodeMapping& mapping, const std::string& path);

// What the process itself calls the file: without " (deleted)" and its root.
std::string path_in_root(const ProcFs& proc, pid_t pid, std::string_view path);

}  // namespace boundscope
