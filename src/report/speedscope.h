// The file format of speedscope, a viewer for profiles.
#pragma once

#include <iosfwd>

#include "boundscope/profile.h"

namespace boundscope {

// One sampled profile for each kind that the profile is of; the outermost frame is the owner or the
// class of the wait. Valid UTF-8 whatever the target called itself.
void write_speedscope(std::ostream& out, const Recording& recording, const Profile& profile);

}  // namespace boundscope
