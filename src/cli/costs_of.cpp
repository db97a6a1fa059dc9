// Puts together what is known about one service, and refuses what is missing or contradicts.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/cost_file.h"

namespace boundscope {
namespace {

constexpr const char* kExample = "'boundscope roi --example' prints a file with all of them";

Error contradiction(const std::string& service, std::string what, std::string hint) {
  return {ErrorKind::usage, fmt::format("costs of {}: {}", service, what), std::move(hint)};
}

void overlay(const Costs& above, Costs& costs) {
  for (std::size_t i = 0; i < kCostInputs; ++i)
    if (above.given[i]) costs.given[i] = above.given[i];
  if (!above.language.empty()) costs.language = above.language;
  if (above.memory_safety) costs.memory_safety = above.memory_safety;
  for (const auto& effort : above.effort_weeks) costs.effort_weeks.push_back(effort);
}

Result<> check_complete(const std::string& service, const Costs& costs) {
  std::vector<std::string> missing;
  for (const CostKey& key : kCostKeys)
    if (key.otherwise == CostDefault::required && !costs[key.input]) missing.emplace_back(key.name);
  if (missing.empty()) return Done{};
  return Error{ErrorKind::usage,
               fmt::format("costs of {}: not given: {}", service, fmt::join(missing, ", ")),
               "name a file of costs with --costs, or give --team 3 --months 6..9 --salary 120k; " +
                   std::string(kExample)};
}

bool above_zero(const Costs& costs, CostInput input) {
  return costs[input] && costs[input]->high > 0;
}

// Two numbers of which one says nothing without the other.
struct Pair {
  CostInput one;
  CostInput other;
  const char* question;  // that the missing other one answers
};
constexpr auto kPairs = std::to_array<Pair>({
    {CostInput::hires, CostInput::hiring_months, "how long it takes until they are there"},
    {CostInput::hiring_months, CostInput::hires, "how many are hired"},
    {CostInput::velocity_loss, CostInput::velocity_months, "for how long"},
    {CostInput::velocity_months, CostInput::velocity_loss, "how much slower"},
    {CostInput::clients, CostInput::client_weeks, "how long each of them works on it"},
    {CostInput::client_weeks, CostInput::clients, "how many of them there are"},
    {CostInput::maintainers_now, CostInput::maintainers_after,
     "how many can maintain it afterwards"},
    {CostInput::maintainers_after, CostInput::maintainers_now, "how many can maintain it today"},
    {CostInput::parallel_cost, CostInput::parallel_months, "how long both are run"},
});

std::string_view name_of(CostInput input) {
  return kCostKeys[static_cast<std::size_t>(input)].name;
}

Result<> check_pairs(const std::string& service, const Costs& costs) {
  for (const Pair& pair : kPairs) {
    if (above_zero(costs, pair.one) && !costs[pair.other])
      return contradiction(
          service, fmt::format("{} is given, but not {}", name_of(pair.one), pair.question),
          fmt::format("add {}, or leave out {}", name_of(pair.other), name_of(pair.one)));
  }
  return Done{};
}

Result<> check_sizes(const std::string& service, const Costs& costs) {
  const auto low = [&](CostInput input) { return costs[input] ? costs[input]->low : 0; };
  if (costs[CostInput::hires] && low(CostInput::hires) > costs[CostInput::team]->high)
    return contradiction(service, "more people are hired than work on it",
                         "hires are part of the team: raise team or lower hires");
  if (low(CostInput::bill_cpu) + low(CostInput::bill_memory) > 1)
    return contradiction(service, "bill_cpu and bill_memory are more than the whole bill",
                         "both are parts of it, and storage and traffic are others");
  const double live = low(CostInput::months) + low(CostInput::parallel_months);
  if (costs[CostInput::years] && live >= 12 * costs[CostInput::years]->high)
    return contradiction(
        service,
        fmt::format("it is rewritten for at least {:.0f} months and used for {:.0f}", live,
                    12 * costs[CostInput::years]->high),
        "years counts from today: raise it, or lower months");
  return Done{};
}

Result<> check_safety(const std::string& service, const Costs& costs) {
  if (costs.memory_safety.value_or(false) && (costs.language == "c++" || costs.language == "c"))
    return contradiction(
        service,
        fmt::format("memory safety is required, and {} does not keep memory safe", costs.language),
        "choose another language, or memory_safety = no");
  return Done{};
}

}  // namespace

Result<Costs> costs_of(const std::string& service, const CostFile& file, const Costs& typed) {
  Costs costs;
  for (const CostSection& section : file.sections)
    if (section.service.empty() || section.service == service) overlay(section.costs, costs);
  overlay(typed, costs);
  // The last one that was given counts: return_of() looks at the first.
  std::reverse(costs.effort_weeks.begin(), costs.effort_weeks.end());
  for (const auto check : {check_complete, check_pairs, check_sizes, check_safety})
    if (const Result<> done = check(service, costs); !done) return done.error();
  return costs;
}

}  // namespace boundscope
