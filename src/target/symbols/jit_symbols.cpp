#include "target/symbols/jit_symbols.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "target/symbols/root_folder.h"

namespace boundscope {
namespace {

constexpr std::size_t kMostEntries = 1'000'000;

std::string subject_of(pid_t pid) { return "perf map of process " + std::to_string(pid); }

// At most `limit` bytes of the end, from the start of a line.
std::string read_end(const UniqueFd& fd, std::uint64_t size, std::size_t limit) {
  const std::uint64_t from = size > limit ? size - limit : 0;
  std::string text(size - from, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got = ::pread(fd.get(), text.data() + filled, text.size() - filled,
                                static_cast<off_t>(from + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;  // it has become shorter
    filled += static_cast<std::size_t>(got);
  }
  text.resize(filled);
  if (from > 0) text.erase(0, std::min(text.find('\n'), text.size() - 1) + 1);
  return text;
}

}  // namespace

std::string JitSymbols::name_of(pid_t pid, std::uint64_t address) {
  if (checked_.insert(pid).second) refresh(pid);
  const Known* known = maps_.find(pid);
  return known == nullptr ? "" : std::string(known->map.name_of(address));
}

void JitSymbols::refresh(pid_t pid) {
  const UniqueFd fd = open_map(pid);
  const auto identity = identity_of(fd);
  if (!identity) return;
  const Known* known = maps_.find(pid);
  if (known != nullptr && known->file == *identity) return;
  read_map(pid, fd, *identity);
}

// Anybody can put a file into /tmp: only one of the process's own user counts, or root's.
UniqueFd JitSymbols::open_map(pid_t pid) {
  const auto status = proc_.status(pid);
  if (!status) return UniqueFd{};
  const pid_t name = status->namespace_pids.empty() ? pid : status->namespace_pids.back();
  const RootFolder root(proc_.path(pid, "root"));
  UniqueFd fd = root.open_file("/tmp/perf-" + std::to_string(name) + ".map");
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0) return UniqueFd{};
  if (info.st_uid != 0 && info.st_uid != status->uid) {
    problems_.add(subject_of(pid), "belongs to another user");
    return UniqueFd{};
  }
  return fd;
}

void JitSymbols::read_map(pid_t pid, const UniqueFd& fd, const FileIdentity& identity) {
  if (!budget_.take(std::min<std::uint64_t>(identity.size, limits_.perf_map_bytes))) {
    return problems_.add(subject_of(pid), "was left for later: too much to read at once");
  }
  if (identity.size > limits_.perf_map_bytes) {
    problems_.add(subject_of(pid), "is larger than what is read: its end counts");
  }
  PerfMap map = PerfMap::parse(read_end(fd, identity.size, limits_.perf_map_bytes), kMostEntries);
  const std::size_t bytes = map.bytes();
  maps_.remove(pid);
  maps_.add(pid, {identity, std::move(map)}, bytes);
}

}  // namespace boundscope
