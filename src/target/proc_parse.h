// What the files of /proc say, as values. Pure: text in, value out; broken text yields nothing.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace boundscope {

struct ProcStat {
  pid_t pid = 0;
  std::string comm;  // may hold any byte, parentheses and newlines included
  char state = '?';
  pid_t parent = 0;
  pid_t group = 0;
  std::uint32_t flags = 0;  // PF_*
  std::uint64_t minor_faults = 0;
  std::uint64_t major_faults = 0;
  std::uint64_t cpu_ticks = 0;  // user + system, of all threads, exited ones included
  std::uint32_t threads = 0;
  std::uint64_t start_ticks = 0;
  std::uint64_t rss_pages = 0;
  // Where its program's code and stack begin; 0 or 1: hidden.
  std::uint64_t code_start = 0;
  std::uint64_t stack_start = 0;

  bool is_kernel_thread() const { return (flags & 0x00200000) != 0; }  // PF_KTHREAD
  // A main thread that has ended while others go on looks like a zombie, but is none.
  bool is_zombie() const { return (state == 'Z' || state == 'X' || state == 'x') && threads <= 1; }
};
std::optional<ProcStat> parse_stat(std::string_view text);

struct ProcStatus {
  std::optional<pid_t> process;  // whose thread it is; its own pid for a process
  std::optional<uid_t> uid;      // effective
  std::optional<std::uint64_t> effective_capabilities;
  std::vector<pid_t> namespace_pids;  // outermost first; one entry outside containers
  std::uint32_t allowed_cpus = 0;     // 0: not known
};
ProcStatus parse_status(std::string_view text);

// Number of CPUs in a list such as "0-3,8"; 0 if it is no such list.
std::uint32_t count_cpu_list(std::string_view text);

// One line of /proc/PID/cgroup.
struct CgroupEntry {
  std::vector<std::string> controllers;  // empty: unified; "name=systemd" for named hierarchies
  std::string path;                      // starts with '/'
};
std::vector<CgroupEntry> parse_cgroups(std::string_view text);

// Pages of /proc/PID/statm.
struct ProcMemory {
  std::uint64_t resident_pages = 0;
  std::uint64_t shared_pages = 0;  // of the resident ones, those of files and shared memory
};
std::optional<ProcMemory> parse_statm(std::string_view text);

// Kinds of resident memory, as /proc/PID/status tells them; in bytes.
struct ProcResident {
  std::uint64_t anonymous_bytes = 0;
  std::uint64_t file_bytes = 0;
  std::uint64_t shmem_bytes = 0;
  std::uint64_t swap_bytes = 0;  // not resident
  std::uint64_t bytes() const { return anonymous_bytes + file_bytes + shmem_bytes; }
};
// Empty: a kernel thread, or a process that is about to be gone.
std::optional<ProcResident> parse_resident(std::string_view status);

struct ProcSchedstat {
  std::uint64_t on_cpu_ns = 0;
  std::uint64_t run_queue_ns = 0;
};
std::optional<ProcSchedstat> parse_schedstat(std::string_view text);

// The value of the line "KEY VALUE" or "KEY: VALUE", as in cpu.stat, memory.stat and meminfo.
std::optional<std::uint64_t> find_value(std::string_view text, std::string_view key);

}  // namespace boundscope
