// Files as a process sees them: below its own root, whatever its links say.
#pragma once

#include <string>
#include <string_view>

#include "target/file_read.h"
#include "target/symbols/root_folder.h"
#include "target/unique_fd.h"

namespace boundscope {

class ProcessRoot {
 public:
  explicit ProcessRoot(const std::string& path);  // /proc/PID/root

  // Paths are taken as the kernel prints them to us: after a mere chroot they start outside.
  std::string_view inside(std::string_view path) const;
  UniqueFd open(std::string_view path) const;  // as RootFolder::open_file
  // At most `limit` bytes; empty if it cannot be read.
  std::string read(std::string_view path, std::size_t limit = kSmallFile) const;

 private:
  RootFolder folder_;
  std::string from_outside_;  // empty, or the folder that is the process's root
};

// At most `limit` bytes from the start of an open file.
std::string read_start(const UniqueFd& fd, std::size_t limit);

}  // namespace boundscope
