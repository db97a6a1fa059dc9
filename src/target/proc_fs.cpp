#include "target/proc_fs.h"

#include <algorithm>

#include "target/text.h"

namespace boundscope {
namespace {

// 65 530 mappings (the kernel's default limit) of 150 bytes fit well.
constexpr std::size_t kMapsLimit = 32 * 1024 * 1024;

std::vector<pid_t> numeric_names(const std::string& directory) {
  std::vector<pid_t> numbers;
  for (const std::string& name : list_directory(directory).names) {
    const auto number = parse_number<pid_t>(name);
    if (number && *number > 0) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

// Of a process or a thread.
std::optional<ProcStat> read_stat(const std::string& path, pid_t id) {
  const FileText file = read_file(path);
  auto stat = file ? parse_stat(file.text) : std::nullopt;
  if (stat && stat->pid != id) return std::nullopt;
  return stat;
}

}  // namespace

std::string ProcFs::path(pid_t pid, std::string_view below) const {
  return root_ + "/" + std::to_string(pid) + "/" + std::string(below);
}

FileText ProcFs::read(std::string_view below, std::size_t limit) const {
  return read_file(path(below), limit);
}

std::vector<pid_t> ProcFs::pids() const { return numeric_names(root_); }

std::vector<pid_t> ProcFs::threads(pid_t pid) const { return numeric_names(path(pid, "task")); }

std::optional<ProcStat> ProcFs::stat(pid_t pid) const { return read_stat(path(pid, "stat"), pid); }

std::optional<ProcStat> ProcFs::thread_stat(pid_t pid, pid_t tid) const {
  return read_stat(path(pid, "task/" + std::to_string(tid) + "/stat"), tid);
}

std::optional<ProcStatus> ProcFs::status(pid_t pid) const {
  const FileText file = read_file(path(pid, "status"));
  if (!file) return std::nullopt;
  return parse_status(file.text);
}

std::optional<ProcMemory> ProcFs::memory(pid_t pid) const {
  const FileText file = read_file(path(pid, "statm"));
  return file ? parse_statm(file.text) : std::nullopt;
}

std::optional<ProcResident> ProcFs::resident(pid_t pid) const {
  const FileText file = read_file(path(pid, "status"));
  return file ? parse_resident(file.text) : std::nullopt;
}

std::optional<std::uint64_t> ProcFs::read_bytes(pid_t pid) const {
  return find_value(read_file(path(pid, "io")).text, "read_bytes");
}

std::optional<ProcSchedstat> ProcFs::schedstat(pid_t pid, pid_t tid) const {
  const FileText file = read_file(path(pid, "task/" + std::to_string(tid) + "/schedstat"));
  return file ? parse_schedstat(file.text) : std::nullopt;
}

std::vector<CgroupEntry> ProcFs::cgroups(pid_t pid) const {
  return parse_cgroups(read_file(path(pid, "cgroup")).text);
}

std::optional<std::string> ProcFs::exe(pid_t pid) const { return read_link(path(pid, "exe")); }

UniqueFd ProcFs::open_exe(pid_t pid) const { return open_regular(path(pid, "exe")); }

FileText ProcFs::maps(pid_t pid) const { return read_file(path(pid, "maps"), kMapsLimit); }

std::optional<pid_t> ProcFs::self() const {
  const auto link = read_link(path("self"));
  return link ? parse_number<pid_t>(*link) : std::nullopt;
}

}  // namespace boundscope
