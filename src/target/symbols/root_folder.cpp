#include "target/symbols/root_folder.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>

namespace boundscope {

RootFolder::RootFolder(const std::string& path)
    : folder_(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {}

UniqueFd RootFolder::open_file(const std::string& path) const {
  if (!folder_) return UniqueFd{};
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  const long fd = ::syscall(SYS_openat2, folder_.get(), path.c_str(), &how, sizeof how);
  return open_if_regular(UniqueFd(static_cast<int>(fd)));
}

UniqueFd open_if_regular(const UniqueFd& place) {
  struct stat info {};
  if (!place || ::fstat(place.get(), &info) != 0) return UniqueFd{};
  if (!S_ISREG(info.st_mode)) {
    errno = EINVAL;
    return UniqueFd{};
  }
  // Our own /proc: the descriptor is ours.
  const std::string path = "/proc/self/fd/" + std::to_string(place.get());
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
}

}  // namespace boundscope
