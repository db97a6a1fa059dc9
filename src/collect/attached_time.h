// How long the event probes have been attached: that, not the time that is observed, is what the
// target pays for.
#pragma once

#include <chrono>
#include <optional>
#include <utility>

namespace boundscope {

class AttachedTime {
 public:
  using Clock = std::chrono::steady_clock;

  void begin(Clock::time_point now) { since_ = now; }
  void end(Clock::time_point now) {
    if (since_) sum_ += now - *since_;
    since_.reset();
  }
  bool is_running() const { return since_.has_value(); }

  // Time attached since the last call.
  Clock::duration take(Clock::time_point now) {
    if (since_) {
      sum_ += now - *since_;
      since_ = now;
    }
    return std::exchange(sum_, Clock::duration::zero());
  }

 private:
  std::optional<Clock::time_point> since_;
  Clock::duration sum_ = Clock::duration::zero();
};

}  // namespace boundscope
