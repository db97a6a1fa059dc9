#include "analyze/roi/options.h"

#include <algorithm>
#include <cmath>

#include "analyze/roi/actions.h"

namespace boundscope {
namespace {

std::optional<double> finite(double value) {
  return std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

BreakEven break_even_of(std::vector<double> months) {
  const Estimate quantiles = quantiles_of(std::move(months));
  return {finite(quantiles.low), finite(quantiles.value), finite(quantiles.high)};
}

template <std::size_t N>
std::vector<MoneyPart> parts_of(const std::array<std::vector<double>, N>& amounts,
                                const std::array<std::string_view, N>& codes) {
  std::vector<MoneyPart> parts;
  for (std::size_t i = 0; i < N; ++i) {
    const bool counts =
        std::any_of(amounts[i].begin(), amounts[i].end(), [](double v) { return v != 0; });
    if (counts) parts.push_back({std::string(codes[i]), quantiles_of(amounts[i])});
  }
  return parts;
}

// The outcomes of one option, by draw.
struct Outcomes {
  std::array<std::vector<double>, kOnceParts> once;
  std::array<std::vector<double>, kMonthlyParts> monthly;
  std::vector<double> paid, comes_in, net, break_even, needed;

  void add(const Outcome& outcome) {
    for (std::size_t i = 0; i < kOnceParts; ++i) once[i].push_back(outcome.once[i]);
    for (std::size_t i = 0; i < kMonthlyParts; ++i) monthly[i].push_back(outcome.monthly[i]);
    paid.push_back(outcome.paid());
    comes_in.push_back(outcome.comes_in());
    net.push_back(outcome.net());
    break_even.push_back(outcome.break_even());
    needed.push_back(outcome.needed_monthly());
  }
};

double share_above_zero(const std::vector<double>& values) {
  const auto count = std::count_if(values.begin(), values.end(), [](double v) { return v > 0; });
  return static_cast<double>(count) / static_cast<double>(values.size());
}

void evaluate(EvaluatedOption& evaluated, const ServiceToday& today,
              const std::vector<ReturnDraw>& draws) {
  Outcomes outcomes;
  for (const ReturnDraw& draw : draws) outcomes.add(outcome_of(evaluated.proposal, today, draw));
  ReturnOption& option = evaluated.option;
  option.once = quantiles_of(outcomes.paid);
  option.monthly = quantiles_of(outcomes.comes_in);
  option.net = quantiles_of(outcomes.net);
  option.pays_probability = share_above_zero(outcomes.net);
  option.break_even = break_even_of(outcomes.break_even);
  const Estimate needed = quantiles_of(outcomes.needed);
  if (std::isfinite(needed.high)) option.needed_monthly = needed;
  option.once_parts = parts_of(outcomes.once, kOncePartCodes);
  option.monthly_parts = parts_of(outcomes.monthly, kMonthlyPartCodes);
  evaluated.net = std::move(outcomes.net);
}

std::optional<Estimate>& goal_of(Proposal& proposal, Goal goal) {
  switch (goal) {
    case Goal::latency:
      return proposal.latency;
    case Goal::tail:
      return proposal.tail;
    case Goal::capacity:
      return proposal.capacity;
    case Goal::memory:
      return proposal.memory;
  }
  return proposal.latency;
}

bool is_gain(const Estimate& gain) {
  return std::isfinite(gain.low) && std::isfinite(gain.value) && std::isfinite(gain.high) &&
         gain.low > 0 && gain.value > 0 && gain.high > 0;
}

// Ends that are on the wrong side of the middle would turn a bad draw into a good one.
Estimate in_order(const Estimate& gain) {
  return {gain.value, std::min(gain.low, gain.value), std::max(gain.high, gain.value)};
}

void add_gain(EvaluatedOption& evaluated, Goal goal, Answer answer, const Estimate& gain) {
  if (!is_gain(gain)) return;
  goal_of(evaluated.proposal, goal) = in_order(gain);
  evaluated.option.gains.push_back({goal, answer, in_order(gain)});
}

EvaluatedOption rewrite_option(const Analysis& analysis, const LanguageGains& gains) {
  EvaluatedOption evaluated;
  evaluated.proposal.rewrite = true;
  evaluated.option.language = gains.language;
  const auto add = [&](Goal goal, const Gain& gain) {
    if (is_predicted(analysis, gain)) add_gain(evaluated, goal, gain.answer, *gain.gain);
  };
  add(Goal::latency, gains.latency);
  add(Goal::tail, gains.tail);
  add(Goal::capacity, gains.capacity);
  add(Goal::memory, gains.memory);
  return evaluated;
}

EvaluatedOption alternative_option(const Alternative& alternative, const Costs& costs) {
  EvaluatedOption evaluated;
  evaluated.option.action = alternative.action;
  evaluated.option.subject = alternative.subject;
  evaluated.option.parameter = alternative.parameter;
  const ActionCost cost = action_cost(alternative.action);
  evaluated.proposal.effort_weeks = cost.weeks;
  evaluated.proposal.running_bill = cost.running_bill;
  for (const auto& [action, weeks] : costs.effort_weeks) {
    if (action == alternative.action && usable(weeks, 1000))
      evaluated.proposal.effort_weeks = weeks;
  }
  return evaluated;
}

bool serves(const ReturnOption& option, Goal goal) {
  return std::any_of(option.gains.begin(), option.gains.end(),
                     [&](const GoalGain& gain) { return gain.goal == goal; });
}

// One option for each action and subject, whatever number of goals it serves; the same action to
// another extent is another one.
void add_alternatives(std::vector<EvaluatedOption>& options, const Analysis& analysis,
                      const Costs& costs) {
  for (const Alternative& alternative : analysis.alternatives) {
    // Rows that only show where a rewrite stands among them; here it has a row of its own.
    if (alternative.action == "rewrite" || alternative.action == "no_action") continue;
    auto found = std::find_if(options.begin(), options.end(), [&](const EvaluatedOption& other) {
      return !other.option.is_rewrite() && other.option.action == alternative.action &&
             other.option.subject == alternative.subject &&
             other.option.parameter == alternative.parameter &&
             !serves(other.option, alternative.goal);
    });
    if (found == options.end()) {
      options.push_back(alternative_option(alternative, costs));
      found = std::prev(options.end());
    }
    add_gain(*found, alternative.goal, Answer::plausible, alternative.gain);
  }
}

}  // namespace

ServiceToday today_of(const Analysis& analysis) {
  const auto positive = [](const std::optional<double>& value) {
    return value && std::isfinite(*value) && *value > 0 ? value : std::nullopt;
  };
  return {positive(analysis.load.latency_mean_ms), positive(analysis.load.latency_p99_ms)};
}

bool is_predicted(const Analysis& analysis, const Gain& gain) {
  const Bound bound = analysis.verdict.bound;
  return gain.gain && bound != Bound::idle && bound != Bound::inconclusive && is_gain(*gain.gain);
}

std::vector<EvaluatedOption> options_of(const Analysis& analysis, const Costs& costs,
                                        const std::vector<ReturnDraw>& draws) {
  std::vector<EvaluatedOption> options;
  for (const LanguageGains& gains : analysis.rewrite.to) {
    if (costs.language.empty() || gains.language == costs.language || gains.language == "any")
      options.push_back(rewrite_option(analysis, gains));
  }
  // The costs of a rewrite do not hang on a prediction.
  if (options.empty()) {
    LanguageGains unknown;
    unknown.language = costs.language.empty() ? "any" : costs.language;
    options.push_back(rewrite_option(analysis, unknown));
  }
  add_alternatives(options, analysis, costs);
  for (EvaluatedOption& option : options) evaluate(option, today_of(analysis), draws);
  std::stable_sort(options.begin(), options.end(), [](const auto& a, const auto& b) {
    return a.option.net.value > b.option.net.value;
  });
  return options;
}

}  // namespace boundscope
