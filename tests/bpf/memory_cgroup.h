// A memory cgroup of a test's own, v1 or v2, whichever the host has.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace boundscope::test {

class MemoryCgroup {
 public:
  // `is_there()` tells whether the host let us make one.
  explicit MemoryCgroup(std::uint64_t limit_bytes);
  ~MemoryCgroup();  // its processes have to be gone
  MemoryCgroup(const MemoryCgroup&) = delete;
  MemoryCgroup& operator=(const MemoryCgroup&) = delete;

  bool is_there() const { return !path_.empty(); }
  void add(pid_t pid) const;

 private:
  std::string path_;
};

}  // namespace boundscope::test
