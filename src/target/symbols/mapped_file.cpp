#include "target/symbols/mapped_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "target/symbols/root_folder.h"

namespace boundscope {
namespace {

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;

std::string range_name(const CodeMapping& mapping) {
  char name[2 * 16 + 2];
  std::snprintf(name, sizeof name, "%llx-%llx", static_cast<unsigned long long>(mapping.start),
                static_cast<unsigned long long>(mapping.end));
  return name;
}

UniqueFd open_link(const std::string& path) {
  return open_if_regular(UniqueFd(::open(path.c_str(), O_PATH | O_CLOEXEC)));
}

// The device is no argument against it: overlayfs and btrfs show another one in maps than in stat.
bool is_mapped(const FileIdentity& identity, const CodeMapping& mapping) {
  return identity.inode == mapping.inode;
}

std::optional<MappedFile> as_mapped_file(UniqueFd fd) {
  const auto identity = identity_of(fd);
  if (!identity) return std::nullopt;
  return MappedFile{std::move(fd), *identity};
}

}  // namespace

std::optional<FileIdentity> identity_of(const UniqueFd& fd) {
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0) return std::nullopt;
  return FileIdentity{info.st_dev, info.st_ino, static_cast<std::uint64_t>(info.st_size),
                      static_cast<std::uint64_t>(info.st_mtim.tv_sec) * kNsPerSecond +
                          static_cast<std::uint64_t>(info.st_mtim.tv_nsec)};
}

std::string path_in_root(const ProcFs& proc, pid_t pid, std::string_view path) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  // After chroot alone, maps still has the whole path.
  const std::string root = read_link(proc.path(pid, "root")).value_or("/");
  if (root != "/" && path.starts_with(root + "/")) path.remove_prefix(root.size());
  return std::string(path);
}

std::optional<MappedFile> open_mapped_file(const ProcFs& proc, pid_t pid,
                                           const CodeMapping& mapping, const std::string& path) {
  // The mapping itself. The process may have unmapped it since, but then the link differs; on
  // overlayfs the inode may be another one than in maps, but then the link is the same.
  const std::string link = proc.path(pid, "map_files/" + range_name(mapping));
  auto file = as_mapped_file(open_link(link));
  if (file && (is_mapped(file->identity, mapping) || read_link(link) == path)) return file;

  file = as_mapped_file(open_link(proc.path(pid, "exe")));
  if (file && is_mapped(file->identity, mapping)) return file;

  const RootFolder root(proc.path(pid, "root"));
  file = as_mapped_file(root.open_file(path_in_root(proc, pid, path)));
  if (file && is_mapped(file->identity, mapping)) return file;
  if (file) errno = ESTALE;  // another file has taken its name
  return std::nullopt;
}

}  // namespace boundscope
