#include "analyze/rewrite/elsewhere.h"

#include <map>

namespace boundscope {

Elsewhere elsewhere_of(const Run& run, const OwnerCounts& owners, const Source& source) {
  std::array<double, kCpuOwners> all{};
  std::array<double, kCpuOwners> others{};
  std::map<std::string, double> languages;
  double samples = 0, of_others = 0;
  for (const auto& [pid, counts] : owners.by_process) {
    const auto process = run.processes.find(pid);
    const bool is_other =
        process != run.processes.end() && prior_language(*process->second) != source.language;
    for (std::size_t i = 0; i < kCpuOwners; ++i) {
      all[i] += counts[i];
      samples += counts[i];
      if (!is_other) continue;
      others[i] += counts[i];
      of_others += counts[i];
      languages[prior_language(*process->second)] += counts[i];
    }
  }
  Elsewhere elsewhere;
  if (!(of_others > 0)) return elsewhere;
  elsewhere.share = of_others / samples;
  for (std::size_t i = 0; i < kCpuOwners; ++i)
    if (all[i] > 0) elsewhere.part[i] = others[i] / all[i];
  double most = 0;
  for (const auto& [language, count] : languages) {
    if (count <= most) continue;
    most = count;
    elsewhere.language = language;
  }
  return elsewhere;
}

}  // namespace boundscope
