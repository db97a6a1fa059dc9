// Footprint: what the same data takes in another language (docs/rewrite.md, "Memory").
#pragma once

#include <optional>
#include <vector>

#include "analyze/rewrite/language.h"
#include "boundscope/analysis.h"

namespace boundscope {

struct Footprint {
  double held_bytes = 0;             // resident; what several workers share once, if it is known
  std::optional<double> live_bytes;  // objects that are in use
  std::optional<double> heap_bytes;  // held for objects, in use or not
  double shared_bytes = 0;           // of it: mapped by several workers
  double kept_bytes = 0;             // mapped files and shared memory: the same in any language
  std::optional<double> anonymous_bytes;  // heaps and stacks: data is at most that
  double workers = 1;                     // processes that each hold their own
  std::optional<Quantiles> base;          // MiB of one of them without data, by the priors
};

// Empty: resident memory was not measured.
std::optional<Footprint> footprint_of(const MemorySummary& memory, const Source& source,
                                      const Priors& priors);

// Memory held before / after, in each world.
std::vector<double> memory_gains(const Footprint& footprint, const Language& language,
                                 const std::vector<Standard>& standards);

}  // namespace boundscope
