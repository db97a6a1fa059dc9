// A measurement that runs beside the test, and sums over what it delivered.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "boundscope/collector.h"
#include "recording/recording_builder.h"

namespace boundscope::test {

// Everything is observed all the time, in short windows.
CollectOptions watch_everything();

// Keeps the recording and tells how many windows there are by now.
class CountingSink : public RecordingBuilder {
 public:
  Result<> on_window(const Window& window) override;
  void wait_for_windows(std::size_t count);
  void give_up();  // no more windows will come

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t windows_ = 0;
  bool over_ = false;
};

class Measurement {
 public:
  // Returns when the probes have settled: whatever happens from then on is counted, exactly.
  explicit Measurement(const std::vector<pid_t>& pids,
                       const CollectOptions& options = watch_everything());
  ~Measurement();
  Measurement(const Measurement&) = delete;
  Measurement& operator=(const Measurement&) = delete;

  // Waits for that many more windows.
  void wait_for_windows(std::size_t count);
  // Ends the measurement once everything up to now is in it. The recording has passed
  // check_invariants().
  const Recording& stop();
  // Waits until it ends by itself: its time is over, or the target is gone.
  const Recording& wait();

 private:
  void run();

  Target target_;
  CollectOptions options_;
  CountingSink sink_;
  std::atomic<bool> stop_ = false;
  std::optional<Error> error_;
  std::thread thread_;
};

// What holds for every recording: windows follow each other, and the parts add up.
void check_invariants(const Recording& recording);

// Sums over all windows. Pid 0: over all processes.
ProcessWindow process_totals(const Recording& recording, pid_t pid = 0);
ThreadWindow thread_totals(const Recording& recording, std::string_view comm);
WaitTotals wait_totals(const Recording& recording, WaitClass wait_class, std::string_view subject);
UpstreamTotals upstream_totals(const Recording& recording, std::string_view peer);
ProtocolTotals protocol_totals(const Recording& recording, std::string_view protocol);
CostWindow cost_totals(const Recording& recording);
std::uint64_t observed_ns(const Recording& recording);
std::uint64_t duration_ns(const Recording& recording);
// What was lost, "threads_full 3 "; empty if nothing. Not among it is what happens now and then and
// costs little: stacks whose bucket is taken cost a sample its frames; switches that this kernel
// does not report are found out by the next sample.
std::string losses(const Recording& recording);

// Time that so far has passed on all CPUs without being charged to the thread on it: the
// hypervisor's, interrupts.
double uncharged_ms();

inline double ms(std::uint64_t ns) { return 1e-6 * static_cast<double>(ns); }
inline std::uint64_t blocked(const ThreadWindow& thread, WaitClass wait_class) {
  return thread.blocked_ns[static_cast<std::size_t>(wait_class)];
}
std::uint64_t sum(const std::array<std::uint64_t, kWaitClasses>& blocked_ns);

}  // namespace boundscope::test
