#include <algorithm>

#include "analyze/roi/advice.h"
#include "analyze/roi/sensitivity.h"
#include "analyze/thresholds.h"
#include "boundscope/roi.h"

namespace boundscope {
namespace {

constexpr double kFewMaintainers = 2;

double middle(const std::vector<ReturnDraw>& draws, CostInput input) {
  std::vector<double> values;
  for (const ReturnDraw& draw : draws) values.push_back(draw[input]);
  return quantiles_of(std::move(values)).value;
}

bool is_known(const Costs& costs, CostInput input) {
  const CostKey& key = kCostKeys[static_cast<std::size_t>(input)];
  return costs[input] && usable(*costs[input], key.max) && costs[input]->high > 0;
}

// What to know before relying on an answer; each looks at one thing.
class Notes {
 public:
  Notes(const Recording& recording, const Analysis& analysis, const Costs& costs,
        const std::vector<ReturnDraw>& draws, const EvaluatedOption* rewrite)
      : recording_(recording),
        analysis_(analysis),
        costs_(costs),
        draws_(draws),
        rewrite_(rewrite) {}

  std::vector<ReturnNote> take() {
    measurement();
    language();
    safety();
    bill();
    wait(Goal::latency, CostInput::latency_value, "no_latency_value");
    wait(Goal::tail, CostInput::tail_value, "no_tail_value");
    clients();
    project();
    return std::move(notes_);
  }

 private:
  void add(const char* code, std::optional<double> value = {}, std::string subject = {}) {
    notes_.push_back({code, value, std::move(subject)});
  }

  std::optional<Estimate> gain(Goal goal) const {
    if (rewrite_ == nullptr) return std::nullopt;
    for (const GoalGain& row : rewrite_->option.gains)
      if (row.goal == goal) return row.gain;
    return std::nullopt;
  }

  void measurement() {
    if (analysis_.load.view == View::threads) add("no_requests");
    const double limit = recording_.header.cpu_limit;
    if (limit > 0 && analysis_.load.cpu_cores < kCapacityUtilisation * limit)
      add("little_cpu", analysis_.load.cpu_cores / limit);
  }

  void language() {
    if (rewrite_ == nullptr) return;
    const std::string& predicted = rewrite_->option.language;
    if (predicted == "any" && !rewrite_->option.gains.empty()) add("any_language");
    const auto& to = analysis_.rewrite.to;
    const bool known = std::any_of(to.begin(), to.end(), [&](const LanguageGains& gains) {
      return gains.language == costs_.language || gains.language == "any";
    });
    if (!costs_.language.empty() && !known && costs_.language != language_of(recording_))
      add("language_unknown", {}, costs_.language);
  }

  void safety() {
    if (!costs_.memory_safety.value_or(false)) return;
    const std::optional<bool> safe = is_memory_safe(recording_);
    if (!safe)
      add("safety_unknown");
    else if (*safe)
      add("already_safe", {}, language_of(recording_));
  }

  void bill() {
    if (!is_known(costs_, CostInput::cloud_bill))
      add("no_bill");
    else if (!gain(Goal::capacity) && !gain(Goal::memory))
      add("bill_unpredicted");
  }

  void wait(Goal goal, CostInput value, const char* code) {
    const std::optional<Estimate> predicted = gain(goal);
    if (predicted && predicted->value >= kWorthwhileGain && !is_known(costs_, value))
      add(code, predicted->value);
  }

  // What clients would see of the shorter latency.
  void clients() {
    if (!is_known(costs_, CostInput::client_latency)) return;
    const std::optional<double> now_ms = today_of(analysis_).latency_ms;
    if (!now_ms) return;
    const double client_ms = middle(draws_, CostInput::client_latency);
    if (client_ms < *now_ms) return add("client_latency_short", *now_ms);
    const std::optional<Estimate> predicted = gain(Goal::latency);
    if (!predicted) return;
    const double part = *now_ms * (1 - 1 / predicted->value) / client_ms;
    if (part < middle(draws_, CostInput::noticed)) add("not_noticed", std::max(0.0, part));
  }

  void project() {
    if (rewrite_ == nullptr) return;
    if (is_known(costs_, CostInput::maintainers_after)) {
      const double after = middle(draws_, CostInput::maintainers_after);
      if (after <= kFewMaintainers) add("few_maintainers", after);
    }
    const double live =
        middle(draws_, CostInput::months) + middle(draws_, CostInput::parallel_months) +
        (is_known(costs_, CostInput::hires) ? middle(draws_, CostInput::hiring_months) : 0);
    if (live >= 12 * middle(draws_, CostInput::years)) add("not_live_in_time", live);
  }

  const Recording& recording_;
  const Analysis& analysis_;
  const Costs& costs_;
  const std::vector<ReturnDraw>& draws_;
  const EvaluatedOption* rewrite_;
  std::vector<ReturnNote> notes_;
};

// Fallbacks that counted: turnover is of no account where nobody said how many can maintain it.
std::vector<CostInput> assumed(const Costs& costs) {
  const auto counts = [&](CostInput input) {
    switch (input) {
      case CostInput::turnover:
      case CostInput::handover_months:
        return is_known(costs, CostInput::maintainers_now) ||
               is_known(costs, CostInput::maintainers_after);
      case CostInput::bill_cpu:
      case CostInput::bill_memory:
      case CostInput::realised:
        return is_known(costs, CostInput::cloud_bill);
      case CostInput::noticed:
        return is_known(costs, CostInput::latency_value) ||
               is_known(costs, CostInput::tail_value) || is_known(costs, CostInput::client_latency);
      default:
        return true;
    }
  };
  std::vector<CostInput> inputs;
  for (const CostKey& key : kCostKeys) {
    const bool given = costs[key.input] && usable(*costs[key.input], key.max);
    if (key.otherwise == CostDefault::assumed && !given && counts(key.input))
      inputs.push_back(key.input);
  }
  return inputs;
}

// What leaves money first, then what may, then what only gains something, and what is to be left.
int urgency(const Return& one) {
  if (one.reason == "alternative_gains_more") return static_cast<int>(Advice::keep);
  return one.advice == Advice::keep ? static_cast<int>(Advice::keep) + 1
                                    : static_cast<int>(one.advice);
}

}  // namespace

Return return_of(const Recording& recording, const Analysis& analysis, const Costs& costs) {
  const std::vector<ReturnDraw> draws = draw_returns(costs, recording.header.seed);
  const std::vector<EvaluatedOption> options = options_of(analysis, costs, draws);
  Return result;
  for (const EvaluatedOption& evaluated : options) result.options.push_back(evaluated.option);
  advise(result, options, recording, costs);
  const EvaluatedOption* rewrite = result.rewrite ? &options[*result.rewrite] : nullptr;
  if (rewrite != nullptr)
    result.sensitivity = sensitivity_of(rewrite->proposal, today_of(analysis), costs, draws);
  result.notes = Notes(recording, analysis, costs, draws, rewrite).take();
  result.assumed = assumed(costs);
  result.years = middle(draws, CostInput::years);
  return result;
}

std::vector<std::size_t> ranking(const std::vector<Return>& returns) {
  std::vector<std::size_t> order(returns.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  // What is advised, or else what is argued about.
  const auto net = [&](std::size_t i) {
    const Return& one = returns[i];
    const std::optional<std::size_t> option = one.chosen ? one.chosen : one.rewrite;
    return option ? one.options[*option].net.value : 0;
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (urgency(returns[a]) != urgency(returns[b]))
      return urgency(returns[a]) < urgency(returns[b]);
    return net(a) > net(b);
  });
  return order;
}

std::string_view to_string(Advice value) {
  switch (value) {
    case Advice::rewrite:
      return "rewrite";
    case Advice::alternative:
      return "alternative";
    case Advice::undecided:
      return "undecided";
    case Advice::keep:
      return "keep";
  }
  return "undecided";
}

}  // namespace boundscope
