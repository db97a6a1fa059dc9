// What the user wants to be predicted: languages and priors, checked before anything is measured.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "boundscope/analysis.h"
#include "boundscope/priors.h"
#include "boundscope/result.h"
#include "cli/options.h"

namespace boundscope {

// "golang" is go, "cpp" is c++: the name that the priors use.
std::string language_named(const std::string& typed);

struct Prediction {
  std::vector<std::string> to;
  std::optional<Priors> priors;  // empty: those built in

  AnalysisOptions options() const { return {to, priors ? &*priors : nullptr}; }
};

// Errors: the priors cannot be read or are damaged; they know nothing of a language.
Result<Prediction> prediction_of(const Options& options);

}  // namespace boundscope
