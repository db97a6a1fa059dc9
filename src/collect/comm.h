// Thread names as the kernel stores them: at most 15 bytes, of any value.
#pragma once

#include <cstring>
#include <string>

#include "abi.h"

namespace boundscope {

inline std::string comm_of(const char (&comm)[BS_COMM_LEN]) {
  return {comm, strnlen(comm, sizeof(comm))};
}

}  // namespace boundscope
