// How a peer or a lock is called in the recording.
#pragma once

#include <string>
#include <string_view>

#include "abi.h"

namespace boundscope {

// "10.0.0.7:5432", "[2001:db8::1]:443", "unix:/run/x.sock" (of `unix_name`), "0x7f12..." for a
// lock.
std::string subject_name(const bs_subject& subject, std::string_view unix_name);

}  // namespace boundscope
