// Subject: what is known about the service when its prospects are judged.
#pragma once

#include <optional>
#include <vector>

#include "analyze/details.h"
#include "analyze/figures.h"
#include "analyze/load.h"
#include "analyze/rewrite/elsewhere.h"
#include "analyze/rewrite/model.h"
#include "analyze/rewrite/source.h"
#include "analyze/rewrite/standard.h"
#include "analyze/rewrite/world.h"
#include "analyze/run.h"
#include "analyze/thresholds.h"
#include "boundscope/analysis.h"
#include "boundscope/priors.h"

namespace boundscope {

struct Subject {
  const Run& run;
  const Evidence& evidence;
  const Facts& facts;
  const Names& names;
  const Verdict& verdict;
  const Load& load;
  const MemorySummary& memory;
  const Source& source;
  const Priors& priors;
  const OwnerCounts& owners;
  const Elsewhere& elsewhere;
  Fixed fixed;
  std::vector<World> worlds;
  std::vector<Standard> standards;

  bool has_requests() const {
    return facts.view == View::requests && facts.finished >= kMinRequests;
  }
  double candidate(Candidate which) const {
    return evidence.run.candidate[static_cast<std::size_t>(which)].value;
  }
  double owner(CpuOwner which) const { return evidence.run.owner[static_cast<std::size_t>(which)]; }
};

}  // namespace boundscope
