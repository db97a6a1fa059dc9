// Return: what a rewrite costs, what it brings in and when the two meet; cheaper changes beside it.
//
// Pure, from an Analysis and the costs that somebody gave; formulas and sources are in docs/roi.md.
// Money has no unit here: it is what the costs are in. Estimates are 10, 50 and 90 % of the draws.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "boundscope/analysis.h"
#include "boundscope/recording.h"

namespace boundscope {

// What somebody knows about a number: it is within [low, high], anywhere or most likely at
// `likely`.
struct CostRange {
  double low = 0;
  double high = 0;
  std::optional<double> likely = {};
};

enum class CostInput : std::uint8_t {
  team,
  months,
  salary,
  developers,
  hires,
  hiring_months,
  salary_premium,
  parallel_months,
  parallel_cost,
  freeze_months,
  feature_value,
  velocity_loss,
  velocity_months,
  clients,
  client_weeks,
  maintainers_now,
  maintainers_after,
  turnover,
  handover_months,
  abandoned,
  years,
  cloud_bill,
  bill_cpu,
  bill_memory,
  realised,
  client_latency,
  noticed,
  latency_value,
  tail_value,
};
inline constexpr std::size_t kCostInputs = 29;

enum class CostUnit : std::uint8_t {
  people,
  months,
  weeks,
  years,
  money,
  money_per_month,
  money_per_year,
  share,
  milliseconds,
  count,
};

// What stands in for an input that is not given.
enum class CostDefault : std::uint8_t {
  required,  // there is none
  nothing,   // it costs or brings nothing, and the answer says what was left out where that matters
  derived,   // from other inputs: docs/roi.md
  assumed,   // `fallback`, named in the answer
};

struct CostKey {
  CostInput input;
  std::string_view name;  // in the file; with '-' for '_' on the command line
  CostUnit unit;
  double max;  // above it is a slip of the pen
  CostDefault otherwise;
  CostRange fallback = {};
};

// In the order in which the file, the documentation and the command line have them.
inline constexpr auto kCostKeys = std::to_array<CostKey>({
    {CostInput::team, "team", CostUnit::people, 1000, CostDefault::required},
    {CostInput::months, "months", CostUnit::months, 240, CostDefault::required},
    {CostInput::salary, "salary", CostUnit::money_per_year, 1e12, CostDefault::required},
    {CostInput::developers, "developers", CostUnit::people, 10000, CostDefault::derived},
    {CostInput::hires, "hires", CostUnit::people, 1000, CostDefault::nothing},
    {CostInput::hiring_months, "hiring_months", CostUnit::months, 60, CostDefault::nothing},
    {CostInput::salary_premium, "salary_premium", CostUnit::share, 5, CostDefault::nothing},
    {CostInput::parallel_months, "parallel_months", CostUnit::months, 120, CostDefault::nothing},
    {CostInput::parallel_cost, "parallel_cost", CostUnit::money_per_month, 1e12,
     CostDefault::derived},
    {CostInput::freeze_months, "freeze_months", CostUnit::months, 120, CostDefault::nothing},
    {CostInput::feature_value, "feature_value", CostUnit::money_per_month, 1e12,
     CostDefault::derived},
    {CostInput::velocity_loss, "velocity_loss", CostUnit::share, 1, CostDefault::nothing},
    {CostInput::velocity_months, "velocity_months", CostUnit::months, 240, CostDefault::nothing},
    {CostInput::clients, "clients", CostUnit::count, 1e6, CostDefault::nothing},
    {CostInput::client_weeks, "client_weeks", CostUnit::weeks, 1000, CostDefault::nothing},
    {CostInput::maintainers_now, "maintainers_now", CostUnit::people, 10000, CostDefault::nothing},
    {CostInput::maintainers_after, "maintainers_after", CostUnit::people, 10000,
     CostDefault::nothing},
    {CostInput::turnover, "turnover", CostUnit::share, 1, CostDefault::assumed, {0.1, 0.2}},
    {CostInput::handover_months,
     "handover_months",
     CostUnit::months,
     120,
     CostDefault::assumed,
     {3, 9}},
    {CostInput::abandoned, "abandoned", CostUnit::share, 1, CostDefault::nothing},
    {CostInput::years, "years", CostUnit::years, 50, CostDefault::assumed, {3, 3}},
    {CostInput::cloud_bill, "cloud_bill", CostUnit::money_per_month, 1e12, CostDefault::nothing},
    {CostInput::bill_cpu, "bill_cpu", CostUnit::share, 1, CostDefault::assumed, {0.45, 0.65}},
    {CostInput::bill_memory, "bill_memory", CostUnit::share, 1, CostDefault::assumed, {0.15, 0.3}},
    {CostInput::realised, "realised", CostUnit::share, 1, CostDefault::assumed, {0.5, 0.9}},
    {CostInput::client_latency, "client_latency", CostUnit::milliseconds, 1e9,
     CostDefault::derived},
    {CostInput::noticed, "noticed", CostUnit::share, 1, CostDefault::assumed, {0.1, 0.1}},
    {CostInput::latency_value, "latency_value", CostUnit::money_per_month, 1e12,
     CostDefault::nothing},
    {CostInput::tail_value, "tail_value", CostUnit::money_per_month, 1e12, CostDefault::nothing},
});
static_assert(kCostKeys.size() == kCostInputs);

// What was given about one service.
struct Costs {
  std::array<std::optional<CostRange>, kCostInputs> given = {};
  std::string language;  // to be rewritten in, spelled as in LanguageGains; empty: the best
  std::optional<bool> memory_safety = {};  // required: then money and speed do not decide
  std::vector<std::pair<std::string, CostRange>> effort_weeks;  // person-weeks, by action code

  const std::optional<CostRange>& operator[](CostInput input) const {
    return given[static_cast<std::size_t>(input)];
  }
  std::optional<CostRange>& operator[](CostInput input) {
    return given[static_cast<std::size_t>(input)];
  }
};

// Months from today; empty: never.
struct BreakEven {
  std::optional<double> low;  // 10 % of the draws are earlier
  std::optional<double> mid;
  std::optional<double> high;
};

// A part of the costs or of what comes in.
struct MoneyPart {
  std::string code;  // kOncePartCodes, kMonthlyPartCodes
  Estimate amount;
};

struct GoalGain {
  Goal goal = Goal::latency;
  Answer answer = Answer::inconclusive;  // alternatives: plausible
  Estimate gain;                         // before/after
};

// Something that can be done: a rewrite, or a cheaper change.
struct ReturnOption {
  std::string language;  // of a rewrite; empty: an alternative
  std::string action;    // of an alternative: its code
  std::string subject;
  std::optional<double> parameter;  // of an alternative: how much of it
  std::vector<GoalGain> gains;      // what was predicted
  Estimate once;                    // costs
  Estimate monthly;                 // what comes in each month once it is live, less running costs
  Estimate net;                     // after `years` from today
  double pays_probability = 0;      // that net is above 0
  BreakEven break_even;
  // What would have to come in each month; empty: it is not live within the years.
  std::optional<Estimate> needed_monthly;
  std::vector<MoneyPart> once_parts;     // those that are not 0
  std::vector<MoneyPart> monthly_parts;  // same

  bool is_rewrite() const { return action.empty(); }
};

// Medians of a rewrite's net if one input were at its low or high end and all else as drawn.
struct Sensitivity {
  std::string input;  // name of a CostKey, "gain_speed" or "gain_memory"
  double low = 0;     // of the input
  double high = 0;
  bool supposed = false;  // given as one number; low and high are a quarter less and more
  double net_low = 0;
  double net_high = 0;
};

enum class Advice { rewrite, alternative, undecided, keep };  // in the order of the ranking

struct ReturnNote {
  std::string code;  // kReturnNoteCodes
  std::optional<double> value = {};
  std::string subject = {};
};

// The answer about one service.
struct Return {
  Advice advice = Advice::undecided;
  std::string reason;                    // kAdviceReasonCodes
  std::optional<std::size_t> chosen;     // of options: what is advised; none if undecided or keep
  std::optional<std::size_t> rewrite;    // of options: the rewrite that all statements are about
  std::vector<ReturnOption> options;     // best net first
  std::vector<Sensitivity> sensitivity;  // of the rewrite; largest swing first
  std::vector<ReturnNote> notes;         // what to know before relying on it
  std::vector<CostInput> assumed;        // inputs with a fallback that counted
  double years = 0;                      // mean of the draws
};

// Why it is advised (Return::reason).
inline constexpr auto kAdviceReasonCodes = std::to_array<std::string_view>({
    "pays",                    // rewrite: it pays in at least 80 % of the draws
    "memory_safety",           // rewrite: required, and the service has none
    "alternative_pays_more",   // alternative: leaves more money than the rewrite
    "alternative_gains_more",  // alternative: the rewrite does not pay, and this does more for a
                               // goal
    "does_not_pay",            // keep: it pays in at most 20 % of the draws
    "no_gain",                 // keep: nothing worthwhile is to be expected, whatever it costs
    "same_language",           // keep: it is written in that language
    "uncertain",               // undecided: it pays in some draws and not in others
    "no_value",                // undecided: nothing says what the gain would be worth
    "not_measured",            // undecided: the recording carries no prediction
});

// Parts of what is paid once, and of what comes in (or is paid, below 0) each month.
inline constexpr auto kOncePartCodes = std::to_array<std::string_view>({
    "project",   // wages of those who write it
    "hiring",    // wages until the new ones are productive
    "parallel",  // both systems at a time
    "freeze",    // features that are not made
    "clients",   // those who have to follow a changed API
    "velocity",  // slower work on features afterwards
});
inline constexpr auto kMonthlyPartCodes = std::to_array<std::string_view>({
    "bill",       // saved of the cloud bill
    "latency",    // worth of shorter answers
    "tail",       // worth of a shorter tail
    "premium",    // higher salaries
    "knowledge",  // risk that nobody is left who can maintain it
    "running",    // what an alternative costs while it runs
});

// What to know before relying on it (ReturnNote). value and subject as in codes.h.
inline constexpr auto kReturnNoteCodes = std::to_array<std::string_view>({
    "no_bill",               // nothing is known of what the service costs to run. value: -
    "bill_unpredicted",      // a cloud bill, but neither capacity nor memory is predicted. value: -
    "no_latency_value",      // a gain in latency is predicted and worth nothing. value: its middle
    "no_tail_value",         // same, tail
    "not_noticed",           // clients would hardly notice. value: share of what they wait for
    "client_latency_short",  // clients wait for less than the service takes. value: ms it takes
    "few_maintainers",       // value: how many can maintain it afterwards
    "not_live_in_time",      // the rewrite is live when its use is over. value: months
    "no_requests",           // thread view: nothing is said about latency. value: -
    "little_cpu",        // the service uses little of its CPUs: smaller ones may do. value: share
    "any_language",      // the prediction does not tell languages apart. value: -
    "language_unknown",  // no prediction for the language that is wanted. subject: language
    "already_safe",      // memory safety is required and there. subject: language
    "safety_unknown",    // memory safety is required; the service's language is not known. value: -
});

// Never fails, whatever is given: an input that is missing or absurd counts as not given.
Return return_of(const Recording& recording, const Analysis& analysis, const Costs& costs);

// Indices of `returns`: what to do first comes first.
std::vector<std::size_t> ranking(const std::vector<Return>& returns);

std::string_view to_string(Advice value);

}  // namespace boundscope
