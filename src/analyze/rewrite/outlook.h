// Outlook: what a rewrite and what other changes could bring.
#pragma once

#include <vector>

#include "analyze/rewrite/subject.h"
#include "boundscope/analysis.h"

namespace boundscope {

struct Outlook {
  Rewrite rewrite;
  std::vector<Alternative> alternatives;
};

// Fills the worlds of the subject and asks them.
Outlook outlook_of(Subject subject, const std::vector<std::string>& to);

}  // namespace boundscope
