// The two compilations of bpf/ behind one skeleton: the programs and their names are the same.
#pragma once

struct probes;  // the skeleton

namespace boundscope {

enum class ProbeObject {
  present,  // for what kernels have since Linux 5.15
  old,      // for Linux 5.10 and newer: BS_OLD_KERNEL
};

// Open, not loaded; probes__destroy() ends it. Null: errno says why.
probes* open_probes(ProbeObject object);

}  // namespace boundscope
