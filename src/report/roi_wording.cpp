#include "report/roi_wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "report/escape.h"
#include "report/format.h"
#include "report/summary.h"
#include "report/wording.h"

namespace boundscope {
namespace {

// Names in braces: {years}, {share}: probability that the rewrite pays, {needed}, {language}: what
// it is written in, {verdict}, {gain}: what the advised alternative gains, {rewrite_gain}: the
// rewrite for the same goal.
struct Words {
  std::string_view code;
  std::string_view text;
};

constexpr std::array kReasons{
    Words{"pays", "It pays within {years} in {share} of the cases."},
    Words{"memory_safety",
          "Memory safety is required and its language does not give it: money and speed do not "
          "decide. This is what it costs; within {years} it pays in {share} of the cases."},
    Words{"alternative_pays_more",
          "It leaves more than the rewrite, which pays within {years} in {share} of the cases. "
          "Measure again afterwards: what one of them gains the other cannot gain once more."},
    Words{"alternative_gains_more",
          "{gain}. The rewrite pays within {years} in {share} of the cases."},
    Words{"does_not_pay", "The rewrite pays within {years} in {share} of the cases."},
    Words{"no_gain", "Nothing that was predicted would change noticeably, in any language."},
    Words{"same_language", "It is written in {language} already."},
    Words{"uncertain",
          "The rewrite pays within {years} in {share} of the cases: find out what it hangs on."},
    Words{
        "no_value",
        "Nothing says what the gain would be worth: give cloud_bill, latency_value or tail_value. "
        "{needed}"},
    Words{"not_measured", "Nothing is predicted for it: {verdict} Measure it under load. {needed}"},
};

constexpr std::array kNotes{
    Words{"no_bill",
          "what it costs to run is not given (cloud_bill): savings there are not counted"},
    Words{"bill_unpredicted",
          "neither CPU nor memory is predicted for it, so that no saving of the bill is counted"},
    Words{"no_latency_value",
          "latency may become {ratio} shorter, which is not counted: nothing says what that is "
          "worth (latency_value)"},
    Words{"no_tail_value",
          "the slowest answers may become {ratio} faster, which is not counted: nothing says what "
          "that is worth (tail_value)"},
    Words{"not_noticed", "clients would hardly notice: it is {percent} of what they wait for"},
    Words{"client_latency_short",
          "client_latency is shorter than the {milliseconds} that the service alone takes; those "
          "are taken instead"},
    Words{"few_maintainers", "{number} could maintain it afterwards: what if they leave?"},
    Words{"not_live_in_time", "after {number} months of work its use is over"},
    Words{"no_requests",
          "the recording holds no requests: nothing is said about latency or its tail"},
    Words{"little_cpu",
          "it used {percent} of the CPUs it may use; if that is so at peak hours too, smaller "
          "machines may save as much, without a rewrite"},
    Words{"any_language", "the prediction is the same for all languages"},
    Words{"language_unknown", "nothing is predicted for a rewrite in {subject}"},
    Words{"already_safe",
          "memory safety is required, and {subject} gives it: that is no reason for a rewrite"},
    Words{"safety_unknown",
          "what it is written in is not known; it is taken for a language without memory safety"},
};

constexpr std::array kParts{
    Words{"project", "work"},
    Words{"hiring", "hiring"},
    Words{"parallel", "running both"},
    Words{"freeze", "features not made"},
    Words{"clients", "changes at clients"},
    Words{"velocity", "slower afterwards"},
    Words{"bill", "cloud bill"},
    Words{"latency", "latency"},
    Words{"tail", "tail"},
    Words{"premium", "higher salaries"},
    Words{"knowledge", "risk of losing its people"},
    Words{"running", "running it"},
};

constexpr std::array kInputs{
    Words{"team", "engineers on it"},
    Words{"months", "months of work"},
    Words{"salary", "salary"},
    Words{"developers", "developers afterwards"},
    Words{"hires", "hires"},
    Words{"hiring_months", "months of hiring"},
    Words{"salary_premium", "higher salaries"},
    Words{"parallel_months", "months of running both"},
    Words{"parallel_cost", "cost of running both"},
    Words{"freeze_months", "months without features"},
    Words{"feature_value", "worth of features"},
    Words{"velocity_loss", "slower afterwards"},
    Words{"velocity_months", "months of being slower"},
    Words{"clients", "clients to change"},
    Words{"client_weeks", "weeks of each client"},
    Words{"maintainers_now", "maintainers today"},
    Words{"maintainers_after", "maintainers afterwards"},
    Words{"turnover", "turnover"},
    Words{"handover_months", "months of handover"},
    Words{"abandoned", "risk of giving up"},
    Words{"years", "years of use"},
    Words{"cloud_bill", "cloud bill"},
    Words{"bill_cpu", "CPU's part of the bill"},
    Words{"bill_memory", "memory's part of it"},
    Words{"realised", "part that is realised"},
    Words{"client_latency", "what clients wait for"},
    Words{"noticed", "what clients notice"},
    Words{"latency_value", "worth of latency"},
    Words{"tail_value", "worth of the tail"},
    Words{"gain_speed", "gain in speed"},
    Words{"gain_memory", "gain in memory"},
};

std::span<const Words> table(std::string_view kind) {
  if (kind == "reason") return kReasons;
  if (kind == "note") return kNotes;
  if (kind == "part") return kParts;
  return kInputs;
}

std::string text_of(std::string_view kind, std::string_view code) {
  for (const Words& words : table(kind))
    if (words.code == code) return std::string(words.text);
  return escaped(code);
}

void fill(std::string& text, std::string_view name, const std::string& value) {
  for (std::size_t at = text.find(name); at != std::string::npos;
       at = text.find(name, at + value.size()))
    text.replace(at, name.size(), value);
}

std::string years_words(double years) { return number(years) + (years == 1 ? " year" : " years"); }

std::string needed_words(const Return& result) {
  if (!result.rewrite) return "";
  const std::optional<Estimate>& needed = result.options[*result.rewrite].needed_monthly;
  if (!needed)
    return "In one of ten cases or more a rewrite would not be live in time to bring anything in.";
  return fmt::format("To pay within {} a rewrite would have to bring in {} a month.",
                     years_words(result.years), money_range(*needed));
}

double gain_for(const ReturnOption& option, Goal goal) {
  for (const GoalGain& gain : option.gains)
    if (gain.goal == goal) return gain.gain.value;
  return 1;
}

// "For latency it does 1.95x, a rewrite 1.02x", of the goal in which it is ahead most.
std::string comparison_words(const Return& result) {
  if (!result.chosen || !result.rewrite) return "";
  const ReturnOption& rewrite = result.options[*result.rewrite];
  const GoalGain* best = nullptr;
  double most = 0;
  for (const GoalGain& gain : result.options[*result.chosen].gains) {
    const double ahead = gain.gain.value / gain_for(rewrite, gain.goal);
    if (ahead > most) best = &gain;
    most = std::max(most, ahead);
  }
  if (best == nullptr) return "";
  const auto predicted =
      std::find_if(rewrite.gains.begin(), rewrite.gains.end(),
                   [&](const GoalGain& gain) { return gain.goal == best->goal; });
  return fmt::format(
      "That gains {} in {}, a rewrite {}", ratio(best->gain.value), to_string(best->goal),
      predicted == rewrite.gains.end() ? "an unknown part"
                                       : ratio_range(predicted->gain.low, predicted->gain.high));
}

double share_that_pays(const Return& result) {
  return result.rewrite ? result.options[*result.rewrite].pays_probability : 0;
}

const CostKey* key_of(std::string_view input) {
  for (const CostKey& key : kCostKeys)
    if (key.name == input) return &key;
  return nullptr;
}

std::string value_words(CostUnit unit, double value) {
  switch (unit) {
    case CostUnit::share:
      return percent(value);
    case CostUnit::money:
    case CostUnit::money_per_month:
    case CostUnit::money_per_year:
      return money(value);
    case CostUnit::milliseconds:
      return milliseconds(value);
    default:
      return number(value);
  }
}

}  // namespace

std::string money(double amount) {
  constexpr std::array<const char*, 5> kUnits{"", "k", "M", "G", "T"};
  double size = std::abs(amount);
  std::size_t unit = 0;
  for (; size >= 999.5 && unit + 1 < kUnits.size(); ++unit) size /= 1000;
  const bool fraction = unit > 0 && size < 9.95;
  const std::string figure = fmt::format("{:.{}f}{}", size, fraction ? 1 : 0, kUnits[unit]);
  return amount < 0 && figure != "0" ? "-" + figure : figure;
}

std::string signed_money(double amount) {
  const std::string figure = money(amount);
  return amount > 0 && figure != "0" ? "+" + figure : figure;
}

std::string money_range(const Estimate& amount) {
  const std::string from = money(amount.low);
  const std::string to = money(amount.high);
  return from == to ? from : from + " to " + to;
}

std::string signed_money_range(const Estimate& amount) {
  const std::string from = signed_money(amount.low);
  const std::string to = signed_money(amount.high);
  return from == to ? from : from + " to " + to;
}

std::string language_words(std::string_view language) {
  if (language.empty() || language == "any") return "another language";
  if (language == "php") return "PHP";
  std::string name = escaped(language);
  if (name[0] >= 'a' && name[0] <= 'z') name[0] = static_cast<char>(name[0] - 'a' + 'A');
  return name;
}

std::string option_words(const ReturnOption& option) {
  if (option.is_rewrite()) return "rewrite it in " + language_words(option.language);
  Alternative alternative;
  alternative.action = option.action;
  alternative.subject = option.subject;
  alternative.parameter = option.parameter;
  return action_words(alternative);
}

std::string advice_words(const Return& result) {
  if (result.chosen) {
    const std::string option = option_words(result.options[*result.chosen]);
    // Worth doing only for whom it is too slow: nothing says what that costs.
    return result.reason == "alternative_gains_more"
               ? "no rewrite; if it has to be better: " + option
               : option;
  }
  return result.advice == Advice::keep ? "leave it as it is" : "undecided";
}

std::string reason_words(const ServiceReturn& service) {
  const Return& result = service.result;
  std::string text = text_of("reason", result.reason);
  fill(text, "{years}", years_words(result.years));
  fill(text, "{share}", percent(share_that_pays(result)));
  fill(text, "{needed}", needed_words(result));
  fill(text, "{language}", language_words(service.costs.language));
  fill(text, "{gain}", comparison_words(result));
  fill(text, "{verdict}", verdict_sentence(service.analysis));
  return text;
}

std::string note_words(const ReturnNote& note) {
  std::string text = text_of("note", note.code);
  const double value = note.value.value_or(0);
  fill(text, "{percent}", percent(value));
  fill(text, "{number}", number(value));
  fill(text, "{ratio}", ratio(value));
  fill(text, "{milliseconds}", milliseconds(value));
  fill(text, "{subject}", language_words(note.subject));
  return text;
}

std::string part_words(std::string_view code) { return text_of("part", code); }

std::string input_words(std::string_view input) { return text_of("input", input); }

std::string input_value(std::string_view input, double value) {
  const CostKey* key = key_of(input);
  return key == nullptr ? ratio(value) : value_words(key->unit, value);
}

std::string assumed_words(CostInput input) {
  const CostKey& key = kCostKeys[static_cast<std::size_t>(input)];
  const CostRange& range = key.fallback;
  if (key.unit == CostUnit::share)
    return fmt::format("{} {}", key.name,
                       range.low == range.high ? percent(range.low)
                                               : percent_range({range.low, range.low, range.high}));
  if (range.low == range.high) return fmt::format("{} {}", key.name, number(range.low));
  return fmt::format("{} {} to {}", key.name, number(range.low), number(range.high));
}

std::string not_modelled_words() {
  return "the same load, prices and salaries for all the years; that the rewrite does the same "
         "work; gains of two options do not add up; money is not discounted";
}

std::string duration_words(const std::optional<double>& months) {
  if (!months) return "never";
  if (*months >= 60) return number(std::round(*months / 12)) + " years";
  const std::string figure =
      *months < 9.95 ? fmt::format("{:.1f}", *months) : fmt::format("{:.0f}", *months);
  return figure + (figure == "1.0" ? " month" : " months");
}

bool has_return_words(std::string_view kind, std::string_view code) {
  const std::span<const Words> words = table(kind);
  return std::any_of(words.begin(), words.end(),
                     [&](const Words& one) { return one.code == code; });
}

}  // namespace boundscope
