// Which file a code address of a process belongs to, from /proc/PID/maps.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "boundscope/recording.h"

namespace boundscope {

// Executable memory as a line of maps tells it.
struct CodeMapping {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t offset = 0;  // in the file
  std::uint64_t device = 0;  // as stat() has it
  std::uint64_t inode = 0;   // 0: not a file
  std::uint32_t path = 0;    // see AddressSpace::path_of()
  bool is_jit = false;
};

// The executable mappings of one moment.
class AddressSpace {
 public:
  AddressSpace() = default;
  explicit AddressSpace(std::string_view maps);  // lines that make no sense are left out

  // module: base name of the file, as its bytes are; "[jit]" for executable memory without a file,
  // with the address itself as offset; "[vdso]"; "" if nothing executable is mapped there.
  Frame resolve(std::uint64_t address) const;

  const CodeMapping* find(std::uint64_t address) const;  // null: nothing executable is there
  // What maps calls it: "/usr/lib/libz.so.1.3 (deleted)", "[vdso]", "".
  const std::string& path_of(const CodeMapping& mapping) const { return paths_[mapping.path]; }
  std::size_t size() const { return mappings_.size(); }

 private:
  std::vector<CodeMapping> mappings_;  // by address, disjoint
  std::vector<std::string> paths_;
};

}  // namespace boundscope
