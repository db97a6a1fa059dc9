// Owners: whose CPU time a sample is (coarse: by its leaf frame, with a table per runtime).
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "analyze/run.h"
#include "boundscope/analysis.h"
#include "boundscope/recording.h"

namespace boundscope {

inline constexpr std::size_t kCpuOwners = 10;

struct Owned {
  CpuOwner owner = CpuOwner::unknown;
  std::string name;  // detail: a library, a kernel subsystem; empty if there is nothing to add
};

// `comm` is the thread's name, `runtime` that of its process.
Owned owner_of(const Stack& stack, std::string_view comm, Runtime runtime);

// Samples per row and owner, and per owner and name over the whole run.
struct OwnerCounts {
  std::vector<std::array<double, kCpuOwners>> by_row;
  std::array<std::map<std::string, double>, kCpuOwners> names;
  double samples = 0;
};
OwnerCounts count_owners(const Run& run);

}  // namespace boundscope
