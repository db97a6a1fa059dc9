// Source: what the service is written in, as far as predictions care, and what is asked about it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyze/run.h"

namespace boundscope {

struct Source {
  Runtime runtime = Runtime::unknown;
  std::string language;  // a name of the priors' table; empty: not known
  std::string jit;       // as in TargetProcess
  std::string collector;
  bool compiled = false;  // to machine code, without a runtime to speak of: nothing to gain there
  bool interpreted = false;    // most of its own code
  bool one_at_a_time = false;  // an event loop or an interpreter lock: one thread computes
  double workers = 1;          // processes of that runtime
};

// Of the process that uses most CPU time.
Source source_of(const Run& run);

// What a process is written in, as the priors call it.
std::string prior_language(const TargetProcess& process);

// Languages that people move to from there, most usual first; never empty.
std::vector<std::string> usual_targets(const Source& source);

// A language that collects garbage, as a target.
bool collects(std::string_view language);
// Programs in it serve all requests from one process with threads on all CPUs.
bool uses_all_cpus(std::string_view language);

}  // namespace boundscope
