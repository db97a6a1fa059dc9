#include "analyze/rewrite/outlook.h"

#include "analyze/rewrite/alternatives.h"
#include "analyze/rewrite/predict.h"

namespace boundscope {

Outlook outlook_of(Subject subject, const std::vector<std::string>& to) {
  const std::uint64_t seed = subject.run.recording->header.seed;
  subject.fixed = fixed_of(subject.run, subject.facts, subject.owners, subject.elsewhere);
  subject.worlds = draw_worlds(subject.evidence, subject.facts, subject.fixed, seed);
  subject.standards = draw_standards(seed);
  Outlook outlook;
  outlook.rewrite = rewrite_of(subject, to);
  outlook.alternatives = alternatives_of(subject, outlook.rewrite);
  return outlook;
}

}  // namespace boundscope
