// Collects what could not be read, each once and not without end.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "target/symbols/symbolizer.h"

namespace boundscope {

class SymbolProblems {
 public:
  void add(std::string subject, std::string reason) {
    const auto is_same = [&](const SymbolProblem& problem) {
      return problem.subject == subject && problem.reason == reason;
    };
    if (problems_.size() >= kMost || std::any_of(problems_.begin(), problems_.end(), is_same)) {
      return;
    }
    problems_.push_back({std::move(subject), std::move(reason)});
  }
  const std::vector<SymbolProblem>& all() const { return problems_; }

 private:
  static constexpr std::size_t kMost = 64;
  std::vector<SymbolProblem> problems_;
};

}  // namespace boundscope
