#include "analyze/sample_weights.h"

#include <algorithm>
#include <vector>

#include "analyze/thresholds.h"

namespace boundscope {
namespace {

struct Group {
  double samples = 0;
  double ran_ns = 0;
};

using Groups = std::map<std::pair<pid_t, std::string>, Group>;

// The whole window from the part of it that event probes watched; how large that part is changes
// with the load, and what ran when it was large would count too much.
double whole_of(const Window& window) {
  return static_cast<double>(window.duration_ns) / static_cast<double>(window.observed_ns);
}

// Those of the run whose sums can be believed.
std::vector<const Window*> watched_windows(const Run& run) {
  std::vector<const Window*> watched;
  for (const Window* window : run.windows) {
    const auto duration = static_cast<double>(window->duration_ns);
    if (window->observed_ns > 0 &&
        static_cast<double>(window->observed_ns) >= kMinCoverageForWeights * duration)
      watched.push_back(window);
  }
  return watched;
}

// Those that can stand alone.
Groups large_groups(const std::vector<const Window*>& windows) {
  Groups groups;
  for (const Window* window : windows) {
    for (const SampleTotals& sample : window->samples)
      groups[{sample.pid, sample.comm}].samples += static_cast<double>(sample.count);
    for (const ThreadWindow& thread : window->threads)
      groups[{thread.pid, thread.comm}].ran_ns +=
          static_cast<double>(thread.on_cpu_ns) * whole_of(*window);
  }
  std::erase_if(groups,
                [](const auto& entry) { return entry.second.samples < kMinSamplesForWeight; });
  return groups;
}

Group everything(const std::vector<const Window*>& windows) {
  Group all;
  for (const Window* window : windows) {
    for (const SampleTotals& sample : window->samples)
      all.samples += static_cast<double>(sample.count);
    for (const ProcessWindow& process : window->processes)
      all.ran_ns += static_cast<double>(process.on_cpu_ns) * whole_of(*window);
  }
  return all;
}

}  // namespace

SampleWeights::SampleWeights(const Run& run) {
  const std::vector<const Window*> windows = watched_windows(run);
  if (static_cast<double>(windows.size()) <
      kMinCoverageForWeights * static_cast<double>(run.windows.size()))
    return;
  const Groups groups = large_groups(windows);
  Group all = everything(windows);
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
