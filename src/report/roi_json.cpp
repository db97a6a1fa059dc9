// Returns for programs: docs/roi.md. What is not known is null, never 0.
#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

#include "boundscope/report.h"
#include "report/escape.h"
#include "report/roi_wording.h"
#include "report/wording.h"

namespace boundscope {
namespace {

using Json = nlohmann::ordered_json;
constexpr int kReturnSchema = 1;

Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }
Json number_or_null(const std::optional<double>& value) {
  return value ? number_or_null(*value) : Json();
}
Json text_or_null(std::string_view value) { return value.empty() ? Json() : Json(escaped(value)); }

Json range_json(const Estimate& estimate) {
  return {{"low", number_or_null(estimate.low)},
          {"mid", number_or_null(estimate.value)},
          {"high", number_or_null(estimate.high)}};
}
Json range_json(const std::optional<Estimate>& estimate) {
  return estimate ? range_json(*estimate) : Json();
}

Json parts_json(const std::vector<MoneyPart>& parts) {
  Json rows = Json::array();
  for (const MoneyPart& part : parts) {
    Json row = range_json(part.amount);
    row["part"] = part.code;
    rows.push_back(row);
  }
  return rows;
}

Json gains_json(const std::vector<GoalGain>& gains) {
  Json rows = Json::array();
  for (const GoalGain& gain : gains) {
    Json row = range_json(gain.gain);
    row["goal"] = to_string(gain.goal);
    row["answer"] = to_string(gain.answer);
    rows.push_back(row);
  }
  return rows;
}

Json option_json(const ReturnOption& option) {
  const BreakEven& months = option.break_even;
  return {{"kind", option.is_rewrite() ? "rewrite" : "alternative"},
          {"language", text_or_null(option.language)},
          {"action", text_or_null(option.action)},
          {"subject", text_or_null(option.subject)},
          {"parameter", number_or_null(option.parameter)},
          {"text", sentence(option_words(option))},
          {"gains", gains_json(option.gains)},
          {"costs_once", range_json(option.once)},
          {"costs_once_parts", parts_json(option.once_parts)},
          {"brings_in_monthly", range_json(option.monthly)},
          {"brings_in_monthly_parts", parts_json(option.monthly_parts)},
          {"needed_monthly", range_json(option.needed_monthly)},
          {"net", range_json(option.net)},
          {"pays_probability", number_or_null(option.pays_probability)},
          {"break_even_months",
           {{"low", number_or_null(months.low)},
            {"mid", number_or_null(months.mid)},
            {"high", number_or_null(months.high)}}}};
}

Json sensitivity_json(const std::vector<Sensitivity>& sensitivity) {
  Json rows = Json::array();
  for (const Sensitivity& row : sensitivity)
    rows.push_back({{"input", row.input},
                    {"low", number_or_null(row.low)},
                    {"high", number_or_null(row.high)},
                    {"supposed", row.supposed},
                    {"net_low", number_or_null(row.net_low)},
                    {"net_high", number_or_null(row.net_high)}});
  return rows;
}

Json notes_json(const std::vector<ReturnNote>& notes) {
  Json rows = Json::array();
  for (const ReturnNote& note : notes)
    rows.push_back({{"code", note.code}, {"text", sentence(note_words(note))}});
  return rows;
}

Json index_or_null(const std::optional<std::size_t>& index) {
  return index ? Json(*index) : Json();
}

Json service_json(const ServiceReturn& service) {
  const Return& result = service.result;
  Json options = Json::array();
  for (const ReturnOption& option : result.options) options.push_back(option_json(option));
  Json assumed = Json::array();
  for (const CostInput input : result.assumed)
    assumed.push_back(kCostKeys[static_cast<std::size_t>(input)].name);
  return {{"name", escaped(service.name)},
          {"file", escaped(service.file)},
          {"advice",
           {{"action", to_string(result.advice)},
            {"reason", result.reason},
            {"option", index_or_null(result.chosen)},
            {"text", sentence(advice_words(result)) + " " + reason_words(service)}}},
          {"years", number_or_null(result.years)},
          {"rewrite", index_or_null(result.rewrite)},
          {"options", options},
          {"sensitivity", sensitivity_json(result.sensitivity)},
          {"notes", notes_json(result.notes)},
          {"assumed", assumed}};
}

}  // namespace

void write_returns_json(std::ostream& out, const ReturnReport& report) {
  std::vector<Return> results;
  for (const ServiceReturn& service : report.services) results.push_back(service.result);
  Json services = Json::array();
  for (const std::size_t index : ranking(results))
    services.push_back(service_json(report.services[index]));
  const Json answer = {{"schema", kReturnSchema},
                       {"boundscope", BOUNDSCOPE_VERSION},
                       {"currency", text_or_null(report.currency)},
                       {"services", services},
                       {"assumes", sentence(not_modelled_words())}};
  out << answer.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace boundscope
