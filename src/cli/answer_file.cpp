#include "cli/answer_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace boundscope {
namespace {

Error failed(const std::string& path) {
  return {ErrorKind::environment, "could not write " + path + ": " + std::strerror(errno),
          "choose a file that you can write with -o"};
}

}  // namespace

Result<AnswerFile> AnswerFile::open(const std::string& path) {
  AnswerFile file;
  file.path_ = path;
  file.fd_ = UniqueFd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY, 0666));
  if (!file.fd_) return failed(path);
  return file;
}

Result<> AnswerFile::write(const std::string& text) const {
  // What is no regular file (a pipe, /dev/null) cannot be cut and need not be.
  if (::ftruncate(fd_.get(), 0) != 0 && errno != EINVAL) return failed(path_);
  std::string_view rest = text;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed(path_);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return Done{};
}

}  // namespace boundscope
