// Which file a code address of a process belongs to, from /proc/PID/maps.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "boundscope/recording.h"

namespace boundscope {

// The executable mappings of one moment.
class AddressSpace {
 public:
  AddressSpace() = default;
  explicit AddressSpace(std::string_view maps);  // lines that make no sense are left out

  // module: base name of the file, as its bytes are; "[jit]" for executable memory without a file,
  // with the address itself as offset; "[vdso]"; "" if nothing executable is mapped there.
  Frame resolve(std::uint64_t address) const;
  std::size_t size() const { return ranges_.size(); }

 private:
  struct Range {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::uint64_t base = 0;  // offset in the module = address - base
    std::uint32_t module = 0;
  };

  std::vector<Range> ranges_;  // by address, disjoint
  std::vector<std::string> modules_;
};

}  // namespace boundscope
