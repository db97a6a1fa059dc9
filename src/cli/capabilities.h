// Capabilities of this process.
#pragma once

#include "boundscope/result.h"

namespace boundscope {

enum class KeptRights {
  none,
  // To look at processes of other users and at their files, and to attach what is loaded.
  measuring,
  // And to end a command that we started and that became another user meanwhile.
  measuring_command,
};

// Gives up every capability but those that it names and that are held; there is no way back. The
// user stays the same.
Result<> keep_capabilities(KeptRights kept);

}  // namespace boundscope
