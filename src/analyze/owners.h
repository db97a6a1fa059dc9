// Owners: whose CPU time a sample is (docs/owners.md). The rules are data:
// src/analyze/owners/*.tsv.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analyze/owners/paging_work.h"
#include "analyze/run.h"
#include "boundscope/analysis.h"
#include "boundscope/recording.h"

namespace boundscope {

inline constexpr std::size_t kCpuOwners = 10;

struct Owned {
  CpuOwner owner = CpuOwner::unknown;
  std::string name;         // detail: a library, a subsystem, a built-in, a phase; may be empty
  bool is_work = true;      // false: spinning, idle helpers: CPU time that does nothing for anybody
  bool is_barrier = false;  // of gc: what the program does for its collector at each write
  PagingWork paging = PagingWork::none;  // of the kernel's
  bool faults_for_gc = false;            // a collector touched memory that it had to be given first
};

// Answers for the samples of one recording, which has to outlive it. What was decided once is
// remembered per stack and per frame: asking is cheap, also for deep stacks.
class Owners {
 public:
  explicit Owners(const Recording& recording);
  ~Owners();
  Owners(Owners&&) noexcept;
  Owners& operator=(Owners&&) noexcept;

  // `comm` is the thread's name; `stack` an index into Recording::stacks (out of range: unknown).
  // The reference stays valid as long as the object lives.
  const Owned& of(pid_t pid, std::string_view comm, bool main_thread, std::uint32_t stack);

  // Whether the stack's outermost frame is not where its thread began. Not so for one that was cut
  // by the recorder: it is right as far as it goes.
  bool ends_early(std::uint32_t stack);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Samples per row and owner, and per owner and name over the whole run; weighted
// (sample_weights.h).
struct OwnerCounts {
  std::vector<std::array<double, kCpuOwners>> by_row;
  std::map<pid_t, std::array<double, kCpuOwners>> by_process;  // over the whole run
  // Of them, those that the kernel spends on pages that are not in memory; indexed by PagingWork.
  std::vector<std::array<double, 4>> paging_by_row;
  std::array<std::map<std::string, double>, kCpuOwners> names;
  double samples = 0;
  double gc_faults = 0;    // of the kernel's: page faults of collectors
  double barriers = 0;     // of gc's: no collector's work
  double idle = 0;         // of runtime's: work for nobody
  double early = 0;        // stacks that do not reach their thread's start
  double unnamed = 0;      // innermost frames without a symbol
  double jit_unnamed = 0;  // of them, in memory that a JIT compiler wrote
};
OwnerCounts count_owners(const Run& run);

}  // namespace boundscope
