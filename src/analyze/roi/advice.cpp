#include "analyze/roi/advice.h"

#include <algorithm>

#include "analyze/thresholds.h"

namespace boundscope {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

// The rewrite that loses least: what is advised for or against.
std::size_t best_rewrite(const std::vector<EvaluatedOption>& options) {
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (options[i].option.is_rewrite()) return i;
  }
  return kNone;
}

double gain_of(const ReturnOption& option, Goal goal) {
  for (const GoalGain& gain : option.gains) {
    if (gain.goal == goal) return gain.gain.value;
  }
  return 1;
}

// Whether the option brings in anything that somebody gave a price.
bool has_value(const ReturnOption& option) {
  return std::any_of(option.monthly_parts.begin(), option.monthly_parts.end(),
                     [](const MoneyPart& part) {
                       return part.code == "bill" || part.code == "latency" || part.code == "tail";
                     });
}

// The rewrite's price would buy more elsewhere, more likely than not by a margin. Draw by draw,
// because both have the same circumstances.
bool pays_more(const EvaluatedOption& alternative, const EvaluatedOption& rewrite) {
  double more = 0;
  for (std::size_t i = 0; i < alternative.net.size(); ++i)
    more += alternative.net[i] > rewrite.net[i] ? 1 : 0;
  return has_value(alternative.option) && alternative.option.net.value > 0 &&
         more >= kPlausible * static_cast<double>(alternative.net.size());
}

std::size_t one_that_pays_more(const std::vector<EvaluatedOption>& options, std::size_t rewrite) {
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (!options[i].option.is_rewrite() && pays_more(options[i], options[rewrite])) return i;
  }
  return kNone;
}

// For one of its goals a worthwhile change, and no smaller one than the rewrite's.
bool gains_more(const ReturnOption& alternative, const ReturnOption& rewrite) {
  return std::any_of(alternative.gains.begin(), alternative.gains.end(), [&](const GoalGain& gain) {
    return gain.gain.value >= kWorthwhileGain && gain.gain.value >= gain_of(rewrite, gain.goal);
  });
}

std::size_t one_that_gains_more(const std::vector<EvaluatedOption>& options, std::size_t rewrite) {
  std::size_t best = kNone;
  double most = 0;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const ReturnOption& option = options[i].option;
    if (option.is_rewrite() || !gains_more(option, options[rewrite].option)) continue;
    double gain = 0;
    for (const GoalGain& row : option.gains) gain = std::max(gain, row.gain.value);
    // Of those that gain about as much the cheapest, which comes first: they are sorted by money.
    if (gain > most * 1.05) {
      most = gain;
      best = i;
    }
  }
  return best;
}

bool is_unlikely(const ReturnOption& rewrite) {
  return std::all_of(rewrite.gains.begin(), rewrite.gains.end(),
                     [](const GoalGain& gain) { return gain.answer == Answer::unlikely; });
}

void decide(Return& result, Advice advice, const char* reason, std::size_t chosen = kNone) {
  result.advice = advice;
  result.reason = reason;
  result.chosen = chosen == kNone ? std::nullopt : std::optional<std::size_t>(chosen);
}

void weigh(Return& result, const std::vector<EvaluatedOption>& options) {
  const std::size_t rewrite = *result.rewrite;
  const ReturnOption& option = options[rewrite].option;
  if (const std::size_t other = one_that_pays_more(options, rewrite); other != kNone)
    return decide(result, Advice::alternative, "alternative_pays_more", other);
  if (option.pays_probability >= kMinProbability)
    return decide(result, Advice::rewrite, "pays", rewrite);
  if (option.gains.empty()) return decide(result, Advice::undecided, "not_measured");

  const bool valued = has_value(option);
  const bool does_not_pay = valued && option.pays_probability <= 1 - kMinProbability;
  const bool unlikely = is_unlikely(option);
  if (const std::size_t other = one_that_gains_more(options, rewrite);
      other != kNone && (does_not_pay || unlikely || !valued))
    return decide(result, Advice::alternative, "alternative_gains_more", other);
  if (unlikely) return decide(result, Advice::keep, "no_gain");
  if (does_not_pay) return decide(result, Advice::keep, "does_not_pay");
  decide(result, Advice::undecided, valued ? "uncertain" : "no_value");
}

}  // namespace

std::string language_of(const Recording& recording) {
  if (recording.processes.empty()) return "";
  const TargetProcess& root = recording.processes.front();
  if (!root.language.empty()) return root.language;
  return std::string(language_of(root.runtime));
}

std::optional<bool> is_memory_safe(const Recording& recording) {
  const std::string language = language_of(recording);
  if (language.empty()) return std::nullopt;
  for (const char* unsafe : {"c", "c++", "fortran", "zig", "assembly"})
    if (language == unsafe) return false;
  return true;
}

void advise(Return& result, const std::vector<EvaluatedOption>& options, const Recording& recording,
            const Costs& costs) {
  const std::size_t rewrite = best_rewrite(options);
  if (rewrite == kNone) return decide(result, Advice::undecided, "not_measured");
  result.rewrite = rewrite;
  const std::string language = language_of(recording);
  if (!costs.language.empty() && costs.language == language)
    return decide(result, Advice::keep, "same_language");
  // Not known is not safe: who requires it knows what the service is written in.
  if (costs.memory_safety.value_or(false) && !is_memory_safe(recording).value_or(false))
    return decide(result, Advice::rewrite, "memory_safety", rewrite);
  weigh(result, options);
}

}  // namespace boundscope
