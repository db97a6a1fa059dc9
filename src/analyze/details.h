// Details: which peer, which lock, which operation, which library.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analyze/figures.h"
#include "analyze/load.h"
#include "analyze/owners.h"
#include "analyze/process_model.h"
#include "analyze/run.h"
#include "boundscope/analysis.h"

namespace boundscope {

// The largest of each kind, for reasons and alternatives. Empty where there is none.
struct Names {
  std::string heap_knob;  // of the runtime that uses most CPU time
  std::string peer, lock, disk_operation, library, subsystem, language_owner, busiest_thread;
  std::string interpreter;  // runtime whose lock is waited for
};
Names find_names(const Run& run, const std::map<pid_t, ProcessModel>& models,
                 const OwnerCounts& owners, const Threads& threads);

// Components with their intervals and details, in the order of the enumeration; all of them.
std::vector<RequestShare> request_time(const Run& run, const Evidence& evidence,
                                       const std::map<pid_t, ProcessModel>& models);

// Owners that have samples, with intervals; those of unknown samples could be anybody's.
std::vector<CpuShare> cpu_time(const Evidence& evidence, const OwnerCounts& owners);

// States of the working threads, as shares of their time.
std::vector<ThreadTime> thread_time(const Threads& threads);

// Part of the disk time that rereads pages evicted under memory pressure.
Estimate evicted_reads(const Run& run, const Facts& facts);

}  // namespace boundscope
