#include "target/runtime_root.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

namespace boundscope {

ProcessRoot::ProcessRoot(const std::string& path)
    : folder_(path), from_outside_(read_link(path).value_or("")) {
  if (from_outside_ == "/") from_outside_.clear();
}

std::string_view ProcessRoot::inside(std::string_view path) const {
  const std::size_t size = from_outside_.size();
  if (size == 0 || !path.starts_with(from_outside_) || path.substr(size, 1) != "/") return path;
  return path.substr(size);
}

UniqueFd ProcessRoot::open(std::string_view path) const {
  return folder_.open_file(std::string(inside(path)));
}

std::string ProcessRoot::read(std::string_view path, std::size_t limit) const {
  return read_start(open(path), limit);
}

std::string read_start(const UniqueFd& fd, std::size_t limit) {
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0) return "";
  std::string text(std::min(limit, static_cast<std::size_t>(info.st_size)), '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got =
        ::pread(fd.get(), text.data() + filled, text.size() - filled, static_cast<off_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;  // it has become shorter
    filled += static_cast<std::size_t>(got);
  }
  text.resize(filled);
  return text;
}

}  // namespace boundscope
