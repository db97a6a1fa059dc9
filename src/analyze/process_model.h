// Process model: how one process's integrals are read, decided once per run.
//
// The collector's integrals count threads and calls; a request is where they say only if the
// threads work for requests. Each correction is a factor, so that windows stay additive and can be
// resampled.
#pragma once

#include <array>
#include <map>

#include "analyze/run.h"
#include "boundscope/recording.h"

namespace boundscope {

// How lock waits divide by what the holder did (docs/method.md, "Locks"). Sums to 1.
struct LockSplit {
  double heap = 0;         // no lock at all: for the collector to make room
  double interpreter = 0;  // for the interpreter lock: queueing for CPU under another name
  double running = 0;
  double disk = 0;
  double upstream = 0;
  double other = 1;
};

struct ProcessModel {
  // Factor on the whole decomposition: 1 for a process that serves the outside. One that serves
  // only other processes of the target stands in for the time they wait for it.
  double weight = 1;
  bool internal = false;

  // Parts of each activity that are requests; the released rest goes to disk and upstream calls
  // open at the same time, as far as there is room, and else to the remainder.
  std::array<double, kActivities> keep{1, 1, 1, 1, 1};
  std::array<double, kActivities> keep_high{1, 1, 1, 1, 1};
  double released_to_disk = 0;
  double released_to_upstream = 0;
  double released_to_running = 0;  // of the remainder: while some thread ran

  double throttled = 0;  // part of the runnable time
  double paging = 0;     // part of the disk time
  LockSplit lock;
  double internal_upstream = 0;  // part of the upstream time that another process's model replaces
  bool multiplexed = false;      // a call stands for several requests
  // Where it does: requests that wait for their peer while the loop runs, per one while it does
  // not.
  double waits_while_running = 0;
  bool one_lane = false;  // an interpreter lock lets one of its threads run at a time
  bool waits_are_real =
      false;  // somebody worked on requests while nothing ran: the rest queue for it
};

// A call that another process of the target may have answered. The kernel side does not know who
// listens on a unix socket; process_models() holds such calls against the requests of the others.
bool may_be_internal(const UpstreamTotals& upstream);

std::map<pid_t, ProcessModel> process_models(const Run& run);

}  // namespace boundscope
