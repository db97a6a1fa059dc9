// From code addresses of running processes to names of functions.
//
// Everything it reads belongs to the target (maps, binaries, debug files, perf maps) and may be
// damaged, huge or made to mislead: files are opened inside the target's own root, reads and memory
// are bounded, and what cannot be read is a problem note and a frame without a name. Nothing is
// fetched from elsewhere, and the target is not stopped.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "boundscope/recording.h"
#include "boundscope/target.h"
#include "target/address_spaces.h"

namespace boundscope {

struct SymbolLimits {
  std::size_t cache_bytes = 128 << 20;              // of tables; the least recently used go
  std::size_t symbols_per_file = 2'000'000;         // those behind are left out
  std::size_t name_bytes_per_file = 128 << 20;      // of string tables; a larger one is left out
  std::size_t perf_map_bytes = 64 << 20;            // of a perf map: its end, which is the newest
  std::uint64_t read_bytes_per_window = 512 << 20;  // of tables; the rest in the next window
  std::string debug_folder = "/usr/lib/debug";      // of the host
};

// What could not be read, for a caveat in the answer.
struct SymbolProblem {
  std::string subject;  // a file or process, as its bytes are
  std::string reason;   // for people
};

class Symbolizer {
 public:
  // The address spaces are forgotten by whoever owns them.
  Symbolizer(HostRoots roots, AddressSpaces& spaces, SymbolLimits limits = {});
  ~Symbolizer();
  Symbolizer(Symbolizer&&) noexcept;
  Symbolizer& operator=(Symbolizer&&) noexcept;

  // The function that covers the address. For the address a call returns to, pass one less: the
  // call may be the last instruction of its function.
  Frame resolve(pid_t pid, std::uint64_t address);

  // To be called once a window, when the address spaces are forgotten.
  void forget_frames();

  // Each once, in the order in which they came up; at most a few dozen.
  std::vector<SymbolProblem> problems() const;

  std::size_t cached_bytes() const;  // memory that the tables hold

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace boundscope
