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

#include "target/address_spaces.h"
#include "target/code/load_site.h"
#include "target/gc/process_memory.h"
#include "target/proc_fs.h"
#include "target/symbols/bounded_cache.h"
#include "target/symbols/mapped_file.h"

namespace boundscope {

class LoadSites {
 public:
  // The address spaces are forgotten by whoever owns them.
  LoadSites(ProcFs proc, AddressSpaces& spaces, const Core& core)
      : proc_(std::move(proc)), spaces_(&spaces), core_(core) {}

  // Empty: the code cannot be read, or is none that can be told.
  std::optional<LoadSite> at(pid_t pid, std::uint64_t address);

  // To be called once a window: processes may have made other code.
  void forget_memory();

 private:
  static constexpr std::size_t kMostOpenFiles = 32;
  static constexpr std::size_t kMostSites = 32 * 1024;  // some 3 MiB

  // A place in a file, or an address of a process.
  using FilePlace = std::pair<FileIdentity, std::uint64_t>;
  using MemoryPlace = std::pair<pid_t, std::uint64_t>;

  const FileIdentity* identity_of_file(pid_t pid, ProcessCode& process, const CodeMapping& mapping);
  std::optional<LoadSite> in_file(const FileIdentity& file, std::uint64_t offset);
  std::optional<LoadSite> in_memory(pid_t pid, const CodeMapping& mapping, std::uint64_t address);
  const ProcessMemory* memory_of(pid_t pid);

  ProcFs proc_;
  AddressSpaces* spaces_;
  Core core_;
  BoundedCache<FileIdentity, UniqueFd> files_{kMostOpenFiles};
  std::map<FilePlace, std::optional<LoadSite>> file_sites_;
  // Of this window.
  std::map<pid_t, std::optional<ProcessMemory>> memories_;  // empty: cannot be opened
  std::map<MemoryPlace, std::optional<LoadSite>> memory_sites_;
};

}  // namespace boundscope
