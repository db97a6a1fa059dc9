// Everything left of the recording, behind one call.
#pragma once

#include "boundscope/collector.h"
#include "boundscope/recording.h"
#include "cli/answer_file.h"
#include "cli/options.h"

namespace boundscope {

struct Measurement {
  Recording recording;
  Result<> outcome = Done{};  // what went wrong after there was something to report (disk full)
  AnswerFile answer = {};     // where the answer goes, open before anything is read
};

// Measures the target of `options`. Error: not even one window could be measured.
Result<Measurement> measure(const Options& options);

Result<std::vector<HostCheck>> examine_host();

}  // namespace boundscope
