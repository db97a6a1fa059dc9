// A small recording with something for every rule of a profile.
#pragma once

#include "boundscope/recording.h"

namespace boundscope::testing {

inline constexpr std::uint32_t kAppStack = 0, kLibraryStack = 1, kKernelStack = 2, kJitStack = 3,
                               kBareStack = 4, kCutStack = 5;

// Process 10 "api" (Go) and 20 "helper"; 100 Hz, so that a sample is 10 ms; two windows.
inline Recording profile_recording() {
  Recording recording;
  recording.header.started = "2026-11-24T10:00:00Z";
  recording.header.target = "port 8080";
  recording.header.frequency_hz = 100;
  for (const auto& [pid, comm] : {std::pair{10, "api"}, std::pair{20, "helper"}}) {
    TargetProcess process;
    process.pid = pid;
    process.comm = comm;
    process.exe = std::string("/usr/bin/") + comm;
    process.runtime = pid == 10 ? Runtime::go : Runtime::native;
    recording.processes.push_back(process);
  }
  recording.frames = {
      {.module = "api", .symbol = "main.handle"},
      {.module = "api", .symbol = "main.main"},
      {.module = "libz.so.1", .offset = 0x1234},
      {.module = "[kernel]", .symbol = "tcp_sendmsg"},
      {.module = "[jit]"},
      {},
  };
  recording.stacks = {{.id = kAppStack, .frames = {0, 1}},
                      {.id = kLibraryStack, .frames = {2, 1}},
                      {.id = kKernelStack, .in_kernel = true, .frames = {3, 0, 1}},
                      {.id = kJitStack, .frames = {4}},
                      {.id = kBareStack, .frames = {5}},
                      {.id = kCutStack, .cut = true, .frames = {0}}};
  const auto at = [](WaitClass wait) { return static_cast<std::size_t>(wait); };
  for (int i = 0; i < 2; ++i) {
    Window window;
    window.start_ns = static_cast<std::uint64_t>(i) * 1'000'000'000;
    window.duration_ns = window.observed_ns = 1'000'000'000;
    ProcessWindow api;
    api.pid = 10;
    api.blocked_ns[at(WaitClass::upstream)] = 1'000'003;
    api.blocked_ns[at(WaitClass::lock)] = 5'000;
    api.blocked_ns[at(WaitClass::poll)] = 900'000'000;
    window.processes = {api};
    window.waits = {{10, WaitClass::upstream, "10.0.0.7:5432", 1'000'000, 3, 500'000},
                    {10, WaitClass::lock, "0x1", 2'000, 1, 2'000},
                    {10, WaitClass::lock, "0x2", 3'000, 1, 3'000}};
    window.samples = {
        {10, "worker", false, kAppStack, 6},    {10, "worker", false, kLibraryStack, 3},
        {10, "worker", false, kKernelStack, 2}, {10, "api", true, kJitStack, 1},
        {10, "api", true, kCutStack, 1},        {20, "helper", true, kBareStack, 1}};
    window.wait_stacks = {{10, "worker", WaitClass::upstream, kAppStack, 20'000, 2},
                          {10, "worker", WaitClass::upstream, kKernelStack, 10'000, 1},
                          {10, "api", WaitClass::poll, kCutStack, 1'000'000, 4}};
    recording.windows.push_back(window);
  }
  recording.end = RecordingEnd::complete;
  return recording;
}

}  // namespace boundscope::testing
