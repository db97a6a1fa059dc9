// Alternative table: rows of what could be done, ranked by what they bring.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analyze/rewrite/model.h"
#include "analyze/rewrite/subject.h"

namespace boundscope {

struct Action {
  std::string code;
  std::string subject;
  std::optional<double> parameter;
};
using Effect = std::function<Change(const World&, const Standard&)>;

class AlternativeTable {
 public:
  explicit AlternativeTable(const Subject& subject) : subject_(subject), model_(subject.fixed) {}

  // One row a goal, except for goals that were not measured and on which it has next to no effect.
  void add(const Action& action, std::initializer_list<Goal> goals, const Effect& effect);
  void put(Alternative row) { rows_.push_back(std::move(row)); }

  // By goal; within one first what removes what bounds the service, then by the middle of the gain
  // for the effort. Variants of one action stay together, smallest first, and stand where that one
  // does.
  std::vector<Alternative> ranked() const;

 private:
  std::vector<double> gains(Goal goal, const Effect& effect) const;

  const Subject& subject_;
  Model model_;
  std::vector<Alternative> rows_;
};

}  // namespace boundscope
