// The ladder: what each kernel can be measured with. Which rung a kernel carries is found out by
// loading, never by its version.
#pragma once

#include <string>
#include <vector>

#include "boundscope/recording.h"
#include "collect/probe_object.h"

struct bpf_program;

namespace boundscope {

// Where what sockets send, receive and get is seen.
enum class SocketHooks {
  tracepoints,  // Linux 6.3 and newer
  functions,    // fentry and fexit of the functions behind the system calls
  kprobes,      // where those functions begin; of the old object, which needs no typed pointers
  none,         // requests cannot be followed
};

// Programs that are not needed, and the capability that is missing without them.
struct Spare {
  std::vector<const char*> programs;
  const char* capability;
};

struct Rung {
  ProbeObject object = ProbeObject::present;
  SocketHooks hooks = SocketHooks::tracepoints;
  std::vector<Spare> without;
  // Requests could be followed here, but only from the host's own pid namespace.
  bool host_sees_requests = false;

  // The old object's socket programs stay attached, and look away between slices: states in tables
  // have to be told when sockets close, kernels before 5.13 do not let programs hang on a function
  // a second time, and kprobes take long to place.
  bool hooks_stay() const { return object == ProbeObject::old; }
};

// The highest first; each sees less, or costs more, than the one before. Leaves out those whose
// hooks this kernel has not got.
std::vector<Rung> ladder();

// Whether the kernel takes what the rung cannot do without. Asked when it is the rung's turn and
// not before: trying a kprobe rewrites the function, and these are busy.
bool kernel_carries(const Rung& rung);

// Switches off what the rung does not use. The skeleton is open, not loaded.
void choose_programs(probes& skeleton, const Rung& rung);

// Those that see the target make room for memory, whichever are loaded.
std::vector<bpf_program*> reclaim_programs(const probes& skeleton);

// What standing on the rung means for a measurement.
std::vector<Capability> capabilities_of(const Rung& rung);

}  // namespace boundscope
