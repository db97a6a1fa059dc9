// pprof: the format of `go tool pprof` and of most services that store profiles (profile.proto,
// compressed with gzip).
#pragma once

#include <iosfwd>

#include "boundscope/profile.h"

namespace boundscope {

// Values: samples/count, cpu/nanoseconds, off_cpu/nanoseconds. Labels: process, thread, pid, owner,
// detail, wait_class, subject, idle. Binary; the same profile gives the same bytes.
void write_pprof(std::ostream& out, const Recording& recording, const Profile& profile);

}  // namespace boundscope
