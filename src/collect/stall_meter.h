// Counts how many CPU samples found the core waiting for a load: the source of stall shares where
// there are no hardware counters (docs/stalls.md).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "boundscope/recording.h"
#include "collect/stall_calibration.h"
#include "collect/stall_counting.h"
#include "target/address_spaces.h"
#include "target/code/load_sites.h"
#include "target/proc_fs.h"

namespace boundscope {

class StallMeter {
 public:
  // The calibration is under way: by the time a meter is made, no thread can be started any more.
  StallMeter(ProcFs proc, AddressSpaces& spaces, StallCalibrator calibrator)
      : proc_(std::move(proc)), spaces_(&spaces), calibrator_(std::move(calibrator)) {}

  // A sample that found the process in user space, about to execute what is at the address.
  void add(pid_t pid, std::uint64_t address, std::uint64_t count) {
    if (samples_.size() < kMostSamples) samples_.push_back({pid, address, count});
  }

  // To be called every few milliseconds, for the hardware counters.
  void tick() {
    if (counting_) counting_->tick();
  }

  // Adds what was sampled since the last call. What there is no time for is left out, whatever it
  // is: every so-many-th sample is looked at.
  void read(Window& window);

 private:
  static constexpr std::size_t kMostSamples = 32 * 1024;

  struct Sample {
    pid_t pid = 0;
    std::uint64_t address = 0;
    std::uint64_t count = 0;
  };
  void look_at(const Sample& sample, std::uint64_t count, Window& window);

  ProcFs proc_;
  AddressSpaces* spaces_;
  StallCalibrator calibrator_;
  std::optional<StallCounting> counting_;
  std::optional<LoadSites> sites_;  // once the calibration is there, and good
  bool told_ = false;               // what came of the calibration, or that it is not over
  std::vector<Sample> samples_;
  std::uint64_t stride_ = 1;
  std::uint64_t seen_ = 0;
};

}  // namespace boundscope
