// Folded stacks: what flame graph programs read. One line a stack, "owner;process;thread;...;leaf".
#pragma once

#include <iosfwd>

#include "boundscope/profile.h"

namespace boundscope {

// Values are microseconds, on-CPU and off-CPU alike. If the profile is of both kinds, the outermost
// frame is "on-cpu" or "off-cpu". No name can break a line or reach a terminal as a control byte.
void write_folded(std::ostream& out, const Recording& recording, const Profile& profile);

}  // namespace boundscope
