// Where in a runtime's code its stops of the program begin and end, as places for probes.
// docs/gc_probes.md has them for each runtime, how they are verified and why some have none.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "boundscope/result.h"
#include "boundscope/target.h"
#include "target/unique_fd.h"

namespace boundscope {

struct PausePoint {
  enum class Kind : std::uint8_t { begin, end };
  Kind kind = Kind::begin;
  // /proc/PID/exe or /proc/PID/map_files/..., never a name in the target's own root, which could
  // be another file.
  std::string path = {};
  std::uint64_t offset = 0;          // in the file
  std::uint64_t ref_ctr_offset = 0;  // of the probe's semaphore in the file; 0: it has none
  bool on_return = false;            // when the function that begins there returns
};

struct PausePoints {
  std::string source;  // "usdt" "symbols" "pclntab" "anchor"
  std::vector<PausePoint> points;
  bool nests = false;  // begin may come again before end on the same thread
  // The file whose bytes were verified, held open. The paths lead to it as long as the process runs
  // the same program; /proc/self/fd/N of this descriptor does, whatever the process does meanwhile.
  std::shared_ptr<const UniqueFd> file = {};
};

// Every point is verified: its instruction is one that the kernel emulates, and it is mapped as
// code. Errors say why there are none and what the user can do.
Result<PausePoints> find_pause_points(pid_t pid, Runtime runtime, const HostRoots& roots = {});

}  // namespace boundscope
