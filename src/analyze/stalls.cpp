#include "analyze/stalls.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "analyze/thresholds.h"

namespace boundscope {
namespace {

constexpr double kMaterialStall = 0.2;  // of the request time: worth an alternative
constexpr double kMinRest = 0.01;       // a gain is never claimed beyond 100
// Parts of the stalls that a change may remove [E]: contiguous instead of linked data (methods.md
// 2.4, 2.6-3.2x for object arrays), huge pages (page walks only).
constexpr double kByLayout = 0.5;
constexpr double kByHugePages = 0.15;

double kernel_share(const Figures& figures) {
  return figures.group[static_cast<std::size_t>(OwnerGroup::kernel)];
}

// Of all CPU time, where it is known.
double stalled_of_all(const Figures& figures) {
  return figures.stalled * (1 - kernel_share(figures));
}

double gain_from(double vanishes) { return 1 / std::clamp(1 - vanishes, kMinRest, 1.0); }

// Of the request time: computing that is stalled, and the queue behind it in proportion.
double stalled_request_share(const Figures& figures) {
  return stalled_cpu_share(figures) *
         (figures.candidate[static_cast<std::size_t>(Candidate::cpu)].value - figures.stopped);
}

// Of something that is `part` of the time in user space.
template <class Share>
Estimate stalled_interval(const Evidence& evidence, Share share_of, double part) {
  const Estimate share =
      evidence.interval_by(share_of, [](const Figures& figures) { return figures.stall_weight; });
  const double error =
      evidence.run.stalls_counted ? 0 : part * (kStallModelError + evidence.run.unclear_stalls);
  return {share.value, std::clamp(share.low - error, 0.0, 1.0),
          std::clamp(share.high + error, 0.0, 1.0)};
}

std::string why_unknown(const StallSource& source, const Figures& run) {
  if (!source.missing.empty()) return source.missing;
  if (source.name.empty()) return "nothing was recorded that tells";
  if (source.name == "pmu") return "the counters counted nothing";
  const auto number = [](double value) { return std::to_string(std::llround(value)); };
  const double all = run.stall_weight + run.stall_unread;
  if (all < kMinStallSamples) {
    return "only " + number(all) + " CPU samples in user space; " + number(kMinStallSamples) +
           " are needed";
  }
  return "the code of " + number(run.stall_unread) + " of " + number(all) +
         " CPU samples could not be read";
}

}  // namespace

StallSource stall_source(const Run& run) {
  StallSource source;
  bool counted = false;
  for (const Window& window : run.recording->windows) {
    for (const StallCounters& counters : window.stall_counters)
      counted = counted || counters.cycles > 0;
    for (const StallCalibration& calibration : window.stall_calibrations) {
      source.missing = calibration.missing;
      if (!calibration.missing.empty()) continue;
      source.name = "post_load";
      source.found_share = std::clamp(calibration.found_share, kMinFoundShare, 1.0);
    }
  }
  if (counted) source = {"pmu", "", 1};
  return source;
}

void set_stalls(MemorySummary& memory, const StallSource& source, const Evidence& evidence) {
  if (!evidence.run.stalls_known) {
    memory.stall_missing = why_unknown(source, evidence.run);
    return;
  }
  const Estimate share = stalled_interval(
      evidence, [](const Figures& figures) { return figures.stalled; }, 1);
  memory.stall_source = source.name;
  memory.stall_share = share.value;
  memory.stall_low = share.low;
  memory.stall_high = share.high;
}

double stalled_cpu_share(const Figures& figures) {
  return figures.stalls_known ? stalled_of_all(figures) : 0;
}

Estimate stalled_cpu_interval(const Evidence& evidence) {
  if (!evidence.run.stalls_known) return {};
  return stalled_interval(evidence, stalled_of_all, 1 - kernel_share(evidence.run));
}

void add_stall_alternatives(std::vector<Alternative>& alternatives, const Verdict& verdict,
                            const Evidence& evidence) {
  if (verdict.bound == Bound::idle || verdict.bound == Bound::inconclusive) return;
  const Estimate share = evidence.interval(stalled_request_share);
  if (share.value < kMaterialStall) return;
  if (stalled_cpu_share(evidence.run) < evidence.run.stalls_decide) return;
  const auto add = [&](std::string_view action, double part) {
    alternatives.push_back({std::string(action),
                            {},
                            Goal::latency,
                            {gain_from(part * share.value / 2), 1,
                             gain_from(part * std::clamp(share.high, share.value, 1.0))}});
  };
  add("compact_layout", kByLayout);
  add("huge_pages", kByHugePages);
}

}  // namespace boundscope
