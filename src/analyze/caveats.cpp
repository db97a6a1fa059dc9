#include "analyze/caveats.h"

#include <algorithm>
#include <cmath>

#include "analyze/thresholds.h"

namespace boundscope {
namespace {

constexpr double kSamplesAgree = 0.05;
constexpr double kUnexplainedCpu = 0.1;  // of the CPU time, beyond requests
constexpr double kUnattributed = 0.25;   // of the request time
constexpr double kAborted = 0.01;
constexpr double kEncrypted = 0.2;   // of the exchanges looked at
constexpr double kHeldBack = 0.1;    // of the answers
constexpr double kJitBusy = 0.05;    // of the CPU time
constexpr double kElsewhere = 0.05;  // of the CPU time
constexpr double kStealCaveat = 0.02;
constexpr double kQueueCaveat = 0.1;     // run queue, of the request time
constexpr double kLowLoad = 0.1;         // of the CPU limit
constexpr double kObservedEnough = 0.9;  // of the run; settling costs a little

class Caveats {
 public:
  void add(std::string_view code, std::optional<double> value = {}, std::string subject = {}) {
    caveats_.push_back({std::string(code), value, std::move(subject)});
  }
  std::vector<Caveat> take() { return std::move(caveats_); }

 private:
  std::vector<Caveat> caveats_;
};

void about_the_recording(Caveats& caveats, const Run& run, const Facts& facts) {
  const Recording& recording = *run.recording;
  if (recording.end == RecordingEnd::interrupted) caveats.add("interrupted", facts.duration_s);
  if (recording.end == RecordingEnd::target_exited) caveats.add("target_exited", facts.duration_s);
  if (recording.end == RecordingEnd::truncated) caveats.add("truncated", facts.duration_s);
  if (recording.skipped_lines > 0) {
    caveats.add("skipped_lines", static_cast<double>(recording.skipped_lines));
  }
  for (const Capability& capability : recording.header.capabilities) {
    if (capability.state != CapabilityState::available) {
      caveats.add("capability", {}, capability.name);
    }
  }
  if (facts.loss_share > kLossCaveatShare) caveats.add("records_lost", facts.lost, facts.lost_most);
  if (facts.observed_rows < static_cast<double>(kMinRows)) {
    caveats.add("few_windows", facts.observed_rows);
  } else if (facts.observed_s < kObservedEnough * facts.duration_s) {
    caveats.add("duty_cycled", facts.observed_s / facts.duration_s);
  }
  if (facts.slowed_to && facts.view == View::requests) {
    caveats.add("slowed", 1 - *facts.slowed_to);
  }
  if (run.non_stationary) {
    caveats.add("changed_late");
  } else if (run.stable_s) {
    caveats.add("non_stationary", *run.stable_s);
  }
}

void about_requests(Caveats& caveats, const Run& run, const Facts& facts,
                    const Evidence& evidence) {
  if (facts.coverage && *facts.coverage < kMinCoverage) {
    caveats.add("multiplexed", 1 - *facts.coverage, facts.excluded_protocol);
  }
  if (facts.pipelined) {
    caveats.add("pipelined", facts.messages_per_exchange, facts.pipelined_protocol);
  }
  if (facts.long_polls > 0) caveats.add("long_polls", facts.long_polls);
  if (facts.view == View::threads) {
    // The capability's own caveat says it where they could not be seen.
    if (facts.finished + facts.excluded == 0 && !is_absent(*run.recording, "requests"))
      caveats.add("no_requests");
    return;
  }
  if (facts.little_mismatch.value_or(0) > kLittleCaveat && facts.finished >= kFullRequests) {
    caveats.add("little_mismatch", *facts.little_mismatch);
  }
  if (facts.aborted > kAborted * facts.finished) {
    caveats.add("aborted", facts.aborted / (facts.finished + facts.aborted));
  }
  if (facts.encrypted_share > kEncrypted) caveats.add("encrypted", facts.encrypted_share);
  if (facts.held_back > kHeldBack * facts.finished) {
    caveats.add("held_back", std::min(1.0, facts.held_back / facts.finished));
  }
  if (facts.pushed > facts.finished) caveats.add("pushed", facts.pushed / facts.finished);
  if (facts.idle_s < kMinIdleForBackgroundS && facts.unexplained_cpu_share > kUnexplainedCpu) {
    caveats.add("background_unknown", facts.idle_s);
  }
  // Less what queues for whoever is at work.
  const double unattributed =
      evidence.run.candidate[static_cast<std::size_t>(Candidate::unattributed)].value;
  if (unattributed > kUnattributed) caveats.add("unattributed_large", unattributed);
}

void about_memory(Caveats& caveats, const MemorySummary& memory) {
  if (memory.oom_kills.value_or(0) > 0) caveats.add("oom_killed", *memory.oom_kills);
  if (memory.limit_reached_in_s && *memory.limit_reached_in_s < kLimitSoonS) {
    caveats.add("memory_grows", *memory.limit_reached_in_s);
  }
}

void about_cpu(Caveats& caveats, const Recording& recording, const Facts& facts,
               const Evidence& evidence) {
  const Figures& run = evidence.run;
  const auto owner = [&](CpuOwner which) { return run.owner[static_cast<std::size_t>(which)]; };
  if (facts.sampled_in_observed >= kMinSamplesForOwner) {
    // Two standard deviations of a count on top.
    const double noise = 2 / std::sqrt(facts.sampled_in_observed);
    if (std::abs(facts.sampled_cpu_ratio - 1) > kSamplesAgree + noise) {
      caveats.add("samples_disagree", facts.sampled_cpu_ratio);
    }
  }
  if (run.samples < kFullSamples && facts.cores >= kIdleCores && !is_absent(recording, "samples")) {
    caveats.add("few_samples", run.samples);
  }
  if (owner(CpuOwner::unknown) > kMaxUnknownSamples) {
    caveats.add("unknown_frames", owner(CpuOwner::unknown));
  }
  if (owner(CpuOwner::jit_compiler) > kJitBusy) {
    caveats.add("warming_up", owner(CpuOwner::jit_compiler));
  }
  if (facts.steal_share > kStealCaveat) caveats.add("steal", facts.steal_share);
  if (facts.neighbour_share >= kNeighbourShare && run.run_queue > kQueueCaveat) {
    caveats.add("noisy_neighbour", facts.neighbour_cores);
  }
  const double use = facts.cores / facts.cpu_limit;
  if (facts.view == View::requests && use < kLowLoad && run.cpu > kLowLoad) {
    caveats.add("low_load", use);
  }
}

}  // namespace

std::vector<Caveat> caveats_of(const Run& run, const Facts& facts, const Evidence& evidence,
                               const Elsewhere& elsewhere) {
  Caveats caveats;
  about_requests(caveats, run, facts, evidence);
  about_cpu(caveats, *run.recording, facts, evidence);
  if (elsewhere.share > kElsewhere) {
    caveats.add("several_languages", elsewhere.share, elsewhere.language);
  }
  about_memory(caveats, facts.memory);
  about_the_recording(caveats, run, facts);
  return caveats.take();
}

}  // namespace boundscope
