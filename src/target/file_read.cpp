#include "target/file_read.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <string_view>

namespace boundscope {
namespace {

struct DirectoryCloser {
  void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

// Returns errno if the directory cannot be listed, else 0.
template <class Visit>
int for_each_entry(const std::string& path, Visit visit) {
  const std::unique_ptr<DIR, DirectoryCloser> directory(::opendir(path.c_str()));
  if (!directory) return errno;
  while (const dirent* entry = ::readdir(directory.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") visit(*entry);
  }
  return 0;
}

}  // namespace

UniqueFd open_regular(const std::string& path) {
  // O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!fd) return fd;
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return UniqueFd{};
  if (!S_ISREG(info.st_mode)) {
    errno = EINVAL;
    return UniqueFd{};
  }
  return fd;
}

FileText read_file(const std::string& path, std::size_t limit) {
  const UniqueFd fd = open_regular(path);
  if (!fd) return {.error = errno, .truncated = false, .text = {}};
  FileText result;
  std::array<char, 32 * 1024> chunk;
  for (;;) {
    const ssize_t got = ::read(fd.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return {.error = errno, .truncated = false, .text = {}};
    if (got == 0) return result;
    const std::size_t room = limit - result.text.size();
    result.text.append(chunk.data(), std::min(room, static_cast<std::size_t>(got)));
    if (static_cast<std::size_t>(got) > room) {
      result.truncated = true;
      return result;
    }
  }
}

std::optional<std::string> read_link(const std::string& path) {
  std::array<char, 4096> buffer;
  const ssize_t size = ::readlink(path.c_str(), buffer.data(), buffer.size());
  if (size < 0) return std::nullopt;
  return std::string(buffer.data(), static_cast<std::size_t>(size));
}

DirectoryNames list_directory(const std::string& path) {
  DirectoryNames result;
  result.error =
      for_each_entry(path, [&](const dirent& entry) { result.names.emplace_back(entry.d_name); });
  return result;
}

std::vector<std::string> list_subdirectories(const std::string& path) {
  std::vector<std::string> names;
  for_each_entry(path, [&](const dirent& entry) {
    const bool unknown = entry.d_type == DT_UNKNOWN;
    if (entry.d_type == DT_DIR || (unknown && is_directory(path + "/" + entry.d_name))) {
      names.emplace_back(entry.d_name);
    }
  });
  std::sort(names.begin(), names.end());
  return names;
}

bool is_directory(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool path_exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

}  // namespace boundscope
