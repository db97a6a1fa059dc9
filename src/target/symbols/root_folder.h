// Opens files of another root folder (a container) by their path there, and never one outside it:
// symbolic links, absolute ones included, are followed inside the root.
#pragma once

#include <string>

#include "target/unique_fd.h"

namespace boundscope {

class RootFolder {
 public:
  // A magic link such as /proc/PID/root will do. Opens nothing, with errno set, if it fails.
  explicit RootFolder(const std::string& path);

  // Regular files only: nothing else is opened, so that no device acts and no FIFO blocks. errno
  // tells why if the result is empty.
  UniqueFd open_file(const std::string& path) const;

 private:
  UniqueFd folder_;
};

// Opens for reading what an O_PATH descriptor stands for, if it is a regular file.
UniqueFd open_if_regular(const UniqueFd& place);

}  // namespace boundscope
