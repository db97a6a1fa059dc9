// Load sites of running processes: finds and reads the code around sampled addresses.
//
// The code belongs to the target and may be anything. What is known of a place in a file is kept;
// code that a process makes itself may change, and is read again in each window.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "target/address_space.h"
#include "target/code/load_site.h"
#include "target/gc/process_memory.h"
#include "target/proc_fs.h"
#include "target/symbols/bounded_cache.h"
#include "target/symbols/mapped_file.h"

namespace boundscope {

class LoadSites {
 public:
  LoadSites(ProcFs proc, const Core& core) : proc_(std::move(proc)), core_(core) {}

  // Empty: the code cannot be read, or is none that can be told.
  std::optional<LoadSite> at(pid_t pid, std::uint64_t address);

  // To be called once a window: processes may have mapped new code.
  void forget_mappings();

 private:
  static constexpr std::size_t kMostOpenFiles = 32;
  static constexpr std::size_t kMostSites = 32 * 1024;  // some 3 MiB

  struct Process {
    AddressSpace space;
    std::map<std::uint64_t, FileIdentity> files;  // by start of the mapping
    std::optional<ProcessMemory> memory;
    bool is_current = false;
  };
  // A place in a file, or an address of a process.
  using FilePlace = std::pair<FileIdentity, std::uint64_t>;
  using MemoryPlace = std::pair<pid_t, std::uint64_t>;

  Process& process_of(pid_t pid);
  const FileIdentity* identity_of_file(pid_t pid, Process& process, const CodeMapping& mapping);
  std::optional<LoadSite> in_file(const FileIdentity& file, std::uint64_t offset);
  std::optional<LoadSite> in_memory(Process& process, pid_t pid, const CodeMapping& mapping,
                                    std::uint64_t address);

  ProcFs proc_;
  Core core_;
  std::map<pid_t, Process> processes_;
  BoundedCache<FileIdentity, UniqueFd> files_{kMostOpenFiles};
  std::map<FilePlace, std::optional<LoadSite>> file_sites_;
  std::map<MemoryPlace, std::optional<LoadSite>> memory_sites_;  // of this window
};

}  // namespace boundscope
