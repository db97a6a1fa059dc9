#include "target/symbols/memory_file.h"

#include <sys/mman.h>

#include <cerrno>

namespace boundscope {

UniqueFd memory_file(std::string_view bytes) {
  UniqueFd fd(::memfd_create("boundscope", MFD_CLOEXEC));
  while (fd && !bytes.empty()) {
    const ssize_t written = ::write(fd.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return UniqueFd{};
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return fd;
}

}  // namespace boundscope
