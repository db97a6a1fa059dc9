// Turns what the kernel side summed up into a Window. The only place where abi.h structures become
// recording types.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "boundscope/recording.h"
#include "boundscope/result.h"
#include "collect/kernel_probes.h"
#include "collect/process_slots.h"

namespace boundscope {

class WindowReader {
 public:
  WindowReader(KernelProbes& kernel, ProcessSlots& slots) : kernel_(&kernel), slots_(&slots) {}

  // Takes the present sums as the base line of the next read_events(). Call it once the probes have
  // settled.
  Result<> begin();

  // Adds what the event probes saw since begin() or the last call, and how long that is
  // (observed_ns).
  Result<> read_events(Window& window);

  // When the last reading was.
  std::chrono::steady_clock::time_point read_at() const { return read_at_; }

  // Slots whose process's end was part of a window since the last call.
  std::vector<std::uint32_t> take_ended();

  // Events of the target since the start, by kind.
  std::array<std::uint64_t, kEventKinds> events() const;
  // Of the window read last.
  const std::array<std::uint64_t, kEventKinds>& window_events() const { return window_events_; }

 private:
  Result<> read_threads(Window* window);
  void read_processes(Window* window);
  void read_waits(Window* window);
  void read_peers(Window* window);
  void read_latencies(Window* window);
  void read_histogram(bs_latencies which, std::vector<LatencyBucket>* grown);
  void read_counters(Window* window);
  ProcessWindow& process_window(Window& window, pid_t pid);

  KernelProbes* kernel_;
  ProcessSlots* slots_;
  std::map<std::uint32_t, bs_process> processes_;  // by slot: sums at the last reading
  std::map<std::string, bs_peer> peers_;           // by bytes of the key
  std::array<std::uint64_t, kEventKinds> window_events_{};
  std::chrono::steady_clock::time_point read_at_;  // when the last reading closed the open states
  std::vector<std::uint32_t> ended_;
  std::array<std::array<std::uint64_t, BS_LATENCY_BUCKETS>, BS_LATENCY_HISTOGRAMS> latencies_{};
  std::array<std::uint64_t, BS_COUNTERS> counters_{};
  std::array<std::uint64_t, BS_COUNTERS> told_{};  // losses that a window has
  std::map<pid_t, std::size_t> rows_;              // of the window being read
};

}  // namespace boundscope
