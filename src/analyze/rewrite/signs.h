// Signs: what in the recording speaks for an alternative, beyond the shares of time.
#pragma once

#include <string>
#include <vector>

#include "analyze/rewrite/subject.h"

namespace boundscope {

struct Peer {
  std::string name;
  double share = 0;              // of the time spent in calls
  double calls_per_request = 0;  // 0: no requests to count by
};
// Those that take a fifth of the call time, largest first. Internal ones are left out.
std::vector<Peer> material_peers(const Subject& subject);

struct HotFunction {
  std::string name;
  double share = 0;  // of the CPU samples
};
// Function of the service's own code that takes most CPU time itself. Share 0: none is known.
HotFunction hottest_function(const Subject& subject);

// Part of the CPU samples that makes connections: handshakes of TCP and TLS.
double connecting_share(const Subject& subject);

// Threads that the Go runtime lets compute at a time. 0: not known.
double go_max_procs(const Subject& subject);

}  // namespace boundscope
