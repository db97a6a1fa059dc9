// Linux capabilities that a measurement makes use of, and what each is good for
// (docs/privileges.md).
#pragma once

#include <cstdint>
#include <vector>

#include "boundscope/collector.h"

namespace boundscope {

// Bits of CapEff (linux/capability.h).
enum class Right {
  dac_read_search = 2,
  sys_ptrace = 19,
  sys_admin = 21,
  sys_resource = 24,
  syslog = 34,
  perfmon = 38,
  bpf = 39,
  checkpoint_restore = 40
};

// Of the set of effective capabilities `held`. CAP_SYS_ADMIN was split into finer ones in Linux 5.8
// and 5.9 and still includes them.
bool holds(std::uint64_t held, Right right);

// A line for each that we can do without, with what is lost; "to close" is empty where it is held.
std::vector<HostCheck> check_optional_rights(std::uint64_t held);
// The same as rows of a recording: only those that are missing and missed. `kernel_names`: are
// addresses of the kernel visible all the same?
std::vector<Capability> missing_rights(std::uint64_t held, bool kernel_names);

}  // namespace boundscope
