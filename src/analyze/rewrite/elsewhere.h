// Elsewhere: CPU time of processes of the target that are written in another language than the one
// a rewrite would replace: a proxy in front of it, a helper. It stays as it is.
#pragma once

#include <array>
#include <string>

#include "analyze/owners.h"
#include "analyze/rewrite/source.h"
#include "analyze/run.h"

namespace boundscope {

struct Elsewhere {
  std::array<double, kCpuOwners> part{};  // of each owner's samples
  double share = 0;                       // of all samples
  std::string language;                   // of most of them; empty: of none, or not known

  double of(CpuOwner owner) const { return part[static_cast<std::size_t>(owner)]; }
};

Elsewhere elsewhere_of(const Run& run, const OwnerCounts& owners, const Source& source);

}  // namespace boundscope
