// An analysis with something in every member, to be reported in tests.
#pragma once

#include "boundscope/analysis.h"
#include "boundscope/codes.h"

namespace boundscope {

inline Recording sample_recording(const std::string& name) {
  Recording recording;
  recording.header.started = "2026-11-24T10:00:00Z";
  recording.header.cpu_limit = 4;
  recording.header.target = "port 8080";
  recording.header.capabilities = {{name, CapabilityState::degraded, name, name}};
  TargetProcess process;
  process.pid = 1234;
  process.comm = process.exe = process.cgroup = process.runtime_version = name;
  process.runtime = Runtime::go;
  process.threads = 12;
  recording.processes = {process};
  Window window;
  window.duration_ns = window.observed_ns = 1'000'000'000;
  window.host.cpu_ns = 500'000'000;
  window.cost = {3'000'000, 20 << 20, 1000, 10, 1'000'000, 99};
  window.losses = {{name, 3}};
  recording.windows = {window, window};
  return recording;
}

inline Analysis sample_analysis(const std::string& name) {
  Analysis analysis;
  analysis.load = {View::requests, 824, 412, 8.3, 20.1, 19.8, 31.2, 0.42, 0.11, name, 0.002, 1};
  const std::vector<Detail> details = {{name, 0.5}, {"network", 0.2}};
  for (int i = 0; i <= static_cast<int>(RequestComponent::unattributed); ++i)
    analysis.request_time.push_back({static_cast<RequestComponent>(i), {0.1, 0.05, 0.15}, details});
  for (int i = 0; i <= static_cast<int>(CpuOwner::unknown); ++i)
    analysis.cpu_time.push_back({static_cast<CpuOwner>(i), {0.1, 0.05, 0.15}, details});
  for (const char* state : {"cpu", "run_queue", "park"})
    analysis.thread_time.push_back({state, 0.3});
  analysis.gc = GcSummary{name, 3, 12.5, 8.1, 0.01, 0.2};
  analysis.memory = {5e8, 1e3, 1e8, 2e8, 1e9, 0.5, 0.01, 0.02, 0.3, "pmu"};
  analysis.verdict = {Bound::io, Cause::upstream, 0.97, {}};
  analysis.verdict.reasons.push_back({"upstream_share", 0.93, 0.91, 0.95, 0.5, name});
  for (const auto code : kReasonCodes)
    analysis.verdict.reasons.push_back({std::string(code), 0.5, 0.4, 0.6, 0.3, name});
  const Gain gain{Answer::plausible, Estimate{2.2, 1.4, 9.0}};
  analysis.rewrite = {
      Answer::plausible, {{name, gain, gain, gain, {}}, {"rust", {}, {}, gain, {}}}, {}};
  for (const auto code : kAssumptionCodes) analysis.rewrite.assumes.emplace_back(code);
  for (const auto code : kActionCodes)
    analysis.alternatives.push_back({std::string(code), name, Goal::latency, {1.5, 1.4, 1.6}});
  for (const auto code : kCaveatCodes) analysis.caveats.push_back({std::string(code), 0.5, name});
  return analysis;
}

// Control bytes, broken UTF-8, a direction override, wide characters, and far too long.
inline std::string hostile_name() {
  return "\x1b]0;owned\x07\xff\xe2\x80\xae" + std::string(200, 'x') +
         " \xe6\x97\xa5\xe6\x9c\xac\n\"<b>";
}

}  // namespace boundscope
