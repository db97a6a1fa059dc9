// Reads that cannot hang, grow without bound or leak a descriptor, whatever the path leads to.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "target/unique_fd.h"

namespace boundscope {

struct FileText {
  int error = 0;           // errno; text is empty if it is set
  bool truncated = false;  // the file held more than was asked for
  std::string text;

  explicit operator bool() const noexcept { return error == 0; }
};

inline constexpr std::size_t kSmallFile = 64 * 1024;

// Regular files only: a FIFO or a device in their place is an error (EINVAL), never a wait.
FileText read_file(const std::string& path, std::size_t limit = kSmallFile);

// Opens a regular file for reading under the same rules; errno tells why if the result is empty.
UniqueFd open_regular(const std::string& path);

// Target of a symbolic link; empty, with errno set, if it cannot be read.
std::optional<std::string> read_link(const std::string& path);

struct DirectoryNames {
  int error = 0;
  std::vector<std::string> names;  // without "." and ".."
};
DirectoryNames list_directory(const std::string& path);
std::vector<std::string> list_subdirectories(const std::string& path);  // sorted, no symbolic links

bool is_directory(const std::string& path);
bool path_exists(const std::string& path);

}  // namespace boundscope
