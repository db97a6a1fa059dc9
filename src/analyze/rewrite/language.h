// Language: what a rewrite in one language does to each cost, from the priors.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyze/rewrite/model.h"
#include "analyze/rewrite/sampling.h"
#include "analyze/rewrite/source.h"
#include "analyze/rewrite/standard.h"
#include "boundscope/priors.h"

namespace boundscope {

class Language {
 public:
  // Empty: the priors say nothing about code of `source` in `to`.
  static std::optional<Language> find(const Priors& priors, const Source& source,
                                      const Fixed& fixed, std::string to);

  Change change(const World& world, const Standard& standard) const;

  // A factor of the pair in one world; 1 where the priors have no cell.
  double factor(PriorKind kind, const Standard& standard) const;
  bool has(PriorKind kind) const;
  const std::string& name() const { return name_; }
  const std::vector<Prior>& cells() const { return cells_; }
  bool one_process() const { return one_process_; }

 private:
  std::string name_;
  std::vector<Prior> cells_;
  std::array<std::optional<SplitLogNormal>, kPriorKinds> factors_;
  double jit_left_ = 0;       // of the compiler's CPU time
  double cpu_now_us_ = 0;     // per request; 0: not known
  bool one_process_ = false;  // for what took many, and one thread each
};

}  // namespace boundscope
