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
  analysis.load = {View::requests, 824,  412,  8.3,  20.1,  19.8, 31.2,
                   25.0,           0.42, 0.11, name, 0.002, 1};
  const std::vector<Detail> details = {{name, 0.5}, {"network", 0.2}};
  for (int i = 0; i <= static_cast<int>(RequestComponent::unattributed); ++i)
    analysis.request_time.push_back({static_cast<RequestComponent>(i), {0.1, 0.05, 0.15}, details});
  for (int i = 0; i <= static_cast<int>(CpuOwner::unknown); ++i)
    analysis.cpu_time.push_back({static_cast<CpuOwner>(i), {0.1, 0.05, 0.15}, details});
  for (const char* state : {"cpu", "run_queue", "park"})
    analysis.thread_time.push_back({state, 0.3});
  analysis.gc = GcSummary{name, name, {}, 3, 12.5, 8.1, 0.01, 7, 0.2, 1e8, 2e8, 1.5e8, 1e9};
  analysis.memory.rss_bytes = 5e8;
  analysis.memory.rss_slope_bytes_per_s = 1e3;
  analysis.memory.live_heap_bytes = 1e8;
  analysis.memory.heap_bytes = 2e8;
  analysis.memory.limit_bytes = 1e9;
  analysis.memory.major_faults_per_s = 0.5;
  analysis.memory.reclaim_share = 0.01;
  analysis.memory.pressure_full_share = 0.02;
  analysis.memory.stall_share = 0.3;
  analysis.memory.stall_source = "pmu";
  analysis.verdict = {Bound::io, Cause::upstream, 0.97, {}};
  analysis.verdict.reasons.push_back({"upstream_share", 0.93, 0.91, 0.95, 0.5, name});
  for (const auto code : kReasonCodes)
    analysis.verdict.reasons.push_back({std::string(code), 0.5, 0.4, 0.6, 0.3, name});
  const Gain gain{
      Answer::plausible, Estimate{2.2, 1.4, 9.0}, 0.9, {"waits_stay", 0.9, 0.9, 0.9, 0, name}};
  const Prior prior{PriorKind::code, name, name, {5, 25, 80}, 15, "mixed", "2026-11", name, name};
  analysis.rewrite = {
      Answer::plausible,
      {"goal_latency", 2.2, 2.2, 2.2, 0, name},
      name,
      {{name, gain, gain, gain, {}, gain, {prior}}, {"rust", {}, {}, gain, {}, {}, {}}},
      Estimate{0.4, 0.3, 0.5},
      Estimate{0.8, 0.7, 0.9},
      {}};
  for (const auto code : kGainReasonCodes) {
    LanguageGains gains;
    gains.language = name;
    gains.latency = {
        Answer::unlikely, std::nullopt, 0, {std::string(code), 0.5, 0.5, 0.5, 100, name}};
    analysis.rewrite.to.push_back(gains);
  }
  for (const auto code : kAssumptionCodes) analysis.rewrite.assumes.emplace_back(code);
  for (const auto code : kActionCodes)
    analysis.alternatives.push_back({std::string(code), name, Goal::latency, {1.5, 1.4, 1.6}, 0.5});
  for (const auto code : kCaveatCodes) analysis.caveats.push_back({std::string(code), 0.5, name});
  return analysis;
}

// Control bytes, broken UTF-8, a direction override, wide characters, and far too long.
inline std::string hostile_name() {
  return "\x1b]0;owned\x07\xff\xe2\x80\xae" + std::string(200, 'x') +
         " \xe6\x97\xa5\xe6\x9c\xac\n\"<b>";
}

}  // namespace boundscope
