// Reads the memory of a running process. It is not stopped and does not notice.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "boundscope/result.h"
#include "target/proc_fs.h"
#include "target/unique_fd.h"

namespace boundscope {

class ProcessMemory {
 public:
  // Error: no such process, or not ours to look at. Later reads need no privilege: the descriptor
  // stands for the address space that the process had when it was opened.
  static Result<ProcessMemory> open(const ProcFs& proc, pid_t pid);

  // False if any of it is not mapped, or the process has ended or runs another program.
  bool read(std::uint64_t address, void* bytes, std::size_t size) const;
  std::optional<std::string> read(std::uint64_t address, std::size_t size) const;
  template <class Number>
  std::optional<Number> number(std::uint64_t address) const {
    Number value{};
    return read(address, &value, sizeof value) ? std::optional(value) : std::nullopt;
  }

 private:
  explicit ProcessMemory(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

// How far from its linked place the executable was loaded; empty if the process cannot be read.
std::optional<std::uint64_t> load_bias(const ProcFs& proc, pid_t pid, std::uint64_t linked_entry);

}  // namespace boundscope
