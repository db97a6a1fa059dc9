// SIGINT and SIGTERM end the measurement, not the program: what was measured is still answered.
#pragma once

#include <atomic>

namespace boundscope {

// Installs the handlers. The flag turns true at the first signal; a second one of the same kind
// ends the program at once, as it would have without us.
const std::atomic<bool>& stop_on_signals();

}  // namespace boundscope
