// One measurement: everything that is open while it runs, and the loop over its windows.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include "boundscope/collector.h"
#include "collect/attached_time.h"
#include "collect/budget.h"
#include "collect/census.h"
#include "collect/cpu_sampler.h"
#include "collect/gc_reader.h"
#include "collect/kernel_probes.h"
#include "collect/loaded_probes.h"
#include "collect/pace.h"
#include "collect/process_slots.h"
#include "collect/sample_reader.h"
#include "collect/sniffer.h"
#include "collect/stack_resolver.h"
#include "collect/stall_meter.h"
#include "collect/window_reader.h"
#include "target/address_spaces.h"
#include "target/footprint.h"
#include "target/host_counters.h"

namespace boundscope {

class Session {
 public:
  using Clock = std::chrono::steady_clock;

  // Marks the target and attaches what stays attached. The event probes wait for run().
  static Result<std::unique_ptr<Session>> start(const Target& target, const CollectOptions& options,
                                                RecordingSink& sink, LoadedProbes::Parts probes);

  Result<> run(const std::atomic<bool>& stop);

 private:
  Session(const Target& target, const CollectOptions& options, RecordingSink& sink,
          LoadedProbes::Parts probes);

  Result<> mark_target();
  Result<> take_up_newcomers();
  void follow_collections();

  Result<> first_window(const std::atomic<bool>& stop);
  Result<> next_window(const std::atomic<bool>& stop);
  Result<> attach_events();
  void detach_events();
  Result<> observe(Window& window, double seconds, const std::atomic<bool>& stop);
  Result<> deliver(Window& window);
  void look_at_memory(Window& window, const std::vector<pid_t>& pids);
  Result<> mark_pace(PaceMeter::Time passed) { return pace_.mark(passed, kernel_, *slots_); }
  void learn_rates(const Window& window);
  void learn_slice(const Window& window);
  void learn_host(const Window& window);
  bool has_settled(Clock::time_point observed_from) const;
  void add_cost(Window& window);

  bool is_alive();
  // Sleeps until `until`, the stop flag or the target's end.
  void wait(Clock::time_point until, const std::atomic<bool>& stop);
  double remaining_s() const;
  std::uint64_t since_start_ns(Clock::time_point time) const;

  const Target& target_;
  CollectOptions options_;
  RecordingSink& sink_;
  KernelProbes kernel_;
  UniqueFd statistics_;  // until the calibration is over
  std::optional<ProcessSlots> slots_;
  std::optional<Sniffer> sniffer_;
  Result<CpuSampler> sampler_;
  std::optional<WindowReader> reader_;
  std::optional<SampleReader> samples_;
  std::optional<GcReader> gc_;
  PaceMeter pace_;
  std::optional<HostCounters> counters_;
  FootprintReader footprint_;
  bool memory_seen_ = false;
  AddressSpaces spaces_;
  StackResolver stacks_;
  StallMeter stalls_;
  Census census_;
  std::vector<Capability> capabilities_;

  Clock::time_point started_;
  Clock::time_point window_started_;
  std::optional<Clock::time_point> census_at_;
  std::optional<Clock::time_point> shared_seen_at_;
  Clock::time_point attach_began_;  // of the last attachment
  Clock::time_point attached_;      // when it was complete
  AttachedTime attached_time_;
  EventCosts costs_;
  ObservedRates rates_;
  double mean_latency_with_stops_s_ = 0;  // that of rates_ is less what collections stopped
  WindowLengths lengths_;
  std::uint64_t tool_cpu_ns_ = 0;
  std::uint32_t alive_slot_ = 0;  // of a process that lived when last asked
};

}  // namespace boundscope
