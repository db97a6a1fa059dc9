// Names of just-in-time compiled functions, from the file that a runtime writes for profilers
// (/tmp/perf-PID.map): lines "START SIZE NAME", the numbers in hex.
//
// Runtimes append to it and re-use memory, so of lines that overlap the later one wins. The file
// belongs to the target: a line that makes no sense is counted and left out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace boundscope {

class PerfMap {
 public:
  // At most `max_entries` lines are kept, the newest. An unfinished last line is ignored: it is
  // being written. Whoever passes only the end of a file begins at the start of a line.
  static PerfMap parse(std::string_view text, std::size_t max_entries);

  // "" if no line covers the address.
  std::string_view name_of(std::uint64_t address) const;

  std::size_t skipped() const { return skipped_; }  // lines without sense, or beyond max_entries
  std::size_t bytes() const;                        // memory held

 private:
  struct Range {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    std::uint32_t name_at = 0;  // in names_
    std::uint32_t name_size = 0;
  };
  friend class PerfMapBuilder;

  std::vector<Range> ranges_;  // by address, disjoint
  std::string names_;
  std::size_t skipped_ = 0;
};

}  // namespace boundscope
