// What the container that boundscope itself runs in keeps from it.
#pragma once

#include <vector>

#include "boundscope/collector.h"

namespace boundscope {

std::vector<HostCheck> check_container(const HostRoots& roots);

}  // namespace boundscope
