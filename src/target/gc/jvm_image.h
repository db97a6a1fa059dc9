// The bytes in which a JVM keeps its published counters: a file it shares with its tools, or memory
// of its own.
//
// Both are read from the process's memory. So no path of the target is followed, a container or a
// deleted file makes no difference, and a program that has ended or runs another one cannot be
// mistaken for its file, which may outlive it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "boundscope/result.h"
#include "target/gc/process_memory.h"
#include "target/proc_fs.h"

namespace boundscope {

class JvmImage {
 public:
  // Errors: the JVM publishes nothing, or we may not look.
  static Result<JvmImage> open(const ProcFs& proc, pid_t pid);

  // A copy as it is now; empty if the program that was there has ended.
  std::string read() const { return memory_.read(address_, size_).value_or(""); }
  bool is_shared() const { return is_shared_; }

 private:
  explicit JvmImage(ProcessMemory memory) : memory_(std::move(memory)) {}

  ProcessMemory memory_;
  std::uint64_t address_ = 0;
  std::size_t size_ = 0;
  bool is_shared_ = false;
};

// A mapped file as a line of /proc/PID/maps names it. Exposed for tests.
struct MappingLine {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::string access;  // "rw-s"
  std::uint64_t offset = 0;
  std::uint64_t inode = 0;
  std::string path;
};
// The first one with `part` in its path and, if `access` is given, mapped just so.
std::optional<MappingLine> find_mapping(std::string_view maps, std::string_view part,
                                        std::string_view access = "");

}  // namespace boundscope
