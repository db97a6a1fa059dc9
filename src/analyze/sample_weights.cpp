#include "analyze/sample_weights.h"

#include <algorithm>

#include "analyze/thresholds.h"

namespace boundscope {
namespace {

struct Group {
  double samples = 0;
  double ran_ns = 0;
};

using Groups = std::map<std::pair<pid_t, std::string>, Group>;

// Those that can stand alone.
Groups large_groups(const Run& run) {
  Groups groups;
  for (const Window* window : run.windows) {
    for (const SampleTotals& sample : window->samples)
      groups[{sample.pid, sample.comm}].samples += static_cast<double>(sample.count);
    for (const ThreadWindow& thread : window->threads)
      groups[{thread.pid, thread.comm}].ran_ns += static_cast<double>(thread.on_cpu_ns);
  }
  std::erase_if(groups,
                [](const auto& entry) { return entry.second.samples < kMinSamplesForWeight; });
  return groups;
}

Group everything(const Run& run) {
  Group all;
  for (const Window* window : run.windows) {
    for (const SampleTotals& sample : window->samples)
      all.samples += static_cast<double>(sample.count);
    for (const ProcessWindow& process : window->processes)
      all.ran_ns += static_cast<double>(process.on_cpu_ns);
  }
  return all;
}

}  // namespace

SampleWeights::SampleWeights(const Run& run) {
  if (run.observed_ns < kMinCoverageForWeights * run.duration_ns) return;
  const Groups groups = large_groups(run);
  Group all = everything(run);
  Group rest = all;
  for (const auto& [thread, group] : groups) {
    rest.samples -= group.samples;
    rest.ran_ns -= group.ran_ns;
  }
  if (rest.samples < kMinSamplesForWeight) {  // then its time is noise, too
    all.samples -= rest.samples;
    all.ran_ns -= rest.ran_ns;
    rest = {};
  }
  const auto weight = [&](const Group& group) {
    return group.samples > 0 ? group.ran_ns * all.samples / (all.ran_ns * group.samples) : 1;
  };
  // What lost its name, or its time, must not lose its samples with it.
  const auto agrees = [&](const Group& group) {
    return group.samples == 0 ||
           (all.ran_ns > 0 && weight(group) > 1 / kMaxWeight && weight(group) < kMaxWeight);
  };
  if (!agrees(rest) || !std::all_of(groups.begin(), groups.end(),
                                    [&](const auto& entry) { return agrees(entry.second); })) {
    return;
  }
  for (const auto& [thread, group] : groups) groups_[thread] = weight(group);
  rest_ = weight(rest);
}

double SampleWeights::of(pid_t pid, std::string_view comm) const {
  const auto group = groups_.find({pid, std::string(comm)});
  return group == groups_.end() ? rest_ : group->second;
}

}  // namespace boundscope
