// Sample weights: how much CPU time one sample stands for, by the scheduler's clock.
//
// Samples tell what a thread did, the scheduler tells exactly how long it ran. So the samples of
// each group of threads (a process's, of one name) count for the time of the group:
// post-stratification, W. G. Cochran, Sampling Techniques, 3rd edition, 5A.9. It takes the noise
// out of what has threads of its own: collectors, compilers, workers that compress.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "analyze/run.h"

namespace boundscope {

class SampleWeights {
 public:
  explicit SampleWeights(const Run& run);

  // Factor for the samples of the process's threads of this name; over all samples the mean is 1.
  // Always 1 where the scheduler's sums cover too little of the time, or contradict the samples.
  double of(pid_t pid, std::string_view comm) const;

 private:
  std::map<std::pair<pid_t, std::string>, double> groups_;
  double rest_ = 1;  // of threads with too few samples to stand alone
};

}  // namespace boundscope
