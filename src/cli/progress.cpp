#include "cli/progress.h"

#include <fmt/format.h>

#include <ostream>

namespace boundscope {

void Progress::say(const std::string& what) {
  if (shown_) out_ << "\r\x1b[K" << what << std::flush;
}

void Progress::window(const Window& window) {
  say(progress_text(window, duration_s_) + "  (Ctrl-C: answer now)");
}

void Progress::clear() {
  if (shown_) out_ << "\r\x1b[K" << std::flush;
}

std::string progress_text(const Window& window, double duration_s) {
  std::uint64_t finished = 0;
  std::uint64_t on_cpu_ns = 0;
  for (const ProcessWindow& process : window.processes) {
    finished += process.requests.finished;
    on_cpu_ns += process.on_cpu_ns;
  }
  const double end_s = static_cast<double>(window.start_ns + window.duration_ns) / 1e9;
  const std::string time = fmt::format("{:.0f} of {:.0f} s", end_s, duration_s);
  if (window.observed_ns == 0) return time + ": pausing to keep within the budget";
  const double observed_s = static_cast<double>(window.observed_ns) / 1e9;
  return fmt::format("{}: {:.0f} requests/s, {:.2f} CPU cores", time,
                     static_cast<double>(finished) / observed_s,
                     static_cast<double>(on_cpu_ns) / 1e9 / observed_s);
}

}  // namespace boundscope
