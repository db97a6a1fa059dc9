// Returns in words and in JSON: nothing hostile gets through, and nothing is a number that is none.
#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "boundscope/report.h"
#include "report/columns.h"
#include "report/escape.h"
#include "report/roi_wording.h"
#include "unit/report/sample_analysis.h"

using namespace boundscope;
using Json = nlohmann::json;

namespace {

ReturnOption sample_option(const std::string& name, bool rewrite) {
  ReturnOption option;
  if (rewrite)
    option.language = name;
  else
    option.action = "cache_upstream";
  option.subject = name;
  option.gains = {{Goal::latency, Answer::plausible, {2, 1.5, 3}},
                  {Goal::memory, Answer::inconclusive, {1.1, 0.9, 1.4}}};
  option.once = {360'000, 300'000, 420'000};
  option.monthly = {20'900, 12'000, 30'000};
  option.net = rewrite ? Estimate{-190'000, -440'000, 40'000} : Estimate{9'000, 8'000, 10'000};
  option.pays_probability = 0.13;
  option.break_even = {20.0, 26.4, {}};
  for (const auto code : kOncePartCodes)
    option.once_parts.push_back({std::string(code), {3, 2, 4}});
  for (const auto code : kMonthlyPartCodes)
    option.monthly_parts.push_back({std::string(code), {3, 2, 4}});
  return option;
}

ServiceReturn sample_service(const std::string& name) {
  ServiceReturn service;
  service.name = service.file = name;
  service.analysis = sample_analysis(name);
  service.costs.language = name;
  Return& result = service.result;
  result.options = {sample_option(name, false), sample_option(name, true)};
  result.advice = Advice::alternative;
  result.reason = "alternative_gains_more";
  result.chosen = 0;
  result.rewrite = 1;
  result.years = 3;
  for (const CostKey& key : kCostKeys)
    result.sensitivity.push_back({std::string(key.name), 0.5, 1, true, -10'000, 10'000});
  for (const auto code : kReturnNoteCodes) result.notes.push_back({std::string(code), 0.5, name});
  result.assumed = {CostInput::bill_cpu, CostInput::years, CostInput::handover_months};
  return service;
}

std::string text_of(const ReturnReport& report, const TextStyle& style = {}) {
  std::ostringstream out;
  write_returns(out, report, style);
  return out.str();
}

Json json_of(const ReturnReport& report) {
  std::ostringstream out;
  write_returns_json(out, report);
  return Json::parse(out.str());
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("roi report: money in few figures") {
  CHECK(money(0) == "0");
  CHECK(money(-0.2) == "0");
  CHECK(money(412) == "412");
  CHECK(money(999.6) == "1.0k");
  CHECK(money(9'460) == "9.5k");
  CHECK(money(-360'400) == "-360k");
  CHECK(money(1'240'000) == "1.2M");
  CHECK(money(3e20) == "300000000T");
  CHECK(signed_money(12'000) == "+12k");
  CHECK(signed_money(-12'000) == "-12k");
  CHECK(money_range({5, 5, 5}) == "5");
  CHECK(signed_money_range({0, -40'000, 440'000}) == "-40k to +440k");
}

TEST_CASE("roi report: a time that never comes") {
  CHECK(duration_words({}) == "never");
  CHECK(duration_words(14.2) == "14 months");
  CHECK(duration_words(0.96) == "1.0 month");
  CHECK(duration_words(75) == "6 years");
}

TEST_CASE("roi report: every code has its words") {
  for (const auto code : kAdviceReasonCodes) CHECK_MESSAGE(has_return_words("reason", code), code);
  for (const auto code : kReturnNoteCodes) CHECK_MESSAGE(has_return_words("note", code), code);
  for (const auto code : kOncePartCodes) CHECK_MESSAGE(has_return_words("part", code), code);
  for (const auto code : kMonthlyPartCodes) CHECK_MESSAGE(has_return_words("part", code), code);
  for (const CostKey& key : kCostKeys)
    CHECK_MESSAGE(has_return_words("input", key.name), std::string(key.name));
  CHECK_FALSE(has_return_words("note", "unheard_of"));
}

TEST_CASE("roi report: no blank is left in any sentence") {
  ServiceReturn service = sample_service("rust");
  for (const auto code : kAdviceReasonCodes) {
    service.result.reason = code;
    CHECK_FALSE(contains(reason_words(service), "{"));
  }
  for (const ReturnNote& note : service.result.notes) CHECK_FALSE(contains(note_words(note), "{"));
}

TEST_CASE("roi report: no line is wider than the page, and no control byte comes out") {
  ReturnReport report;
  report.currency = "\x1b[2J\x07";
  report.services = {sample_service(hostile_name()), sample_service("b")};

  for (const bool verbose : {false, true}) {
    std::istringstream lines(text_of(report, {.color = false, .verbose = verbose}));
    for (std::string line; std::getline(lines, line);) {
      CHECK_MESSAGE(columns_of(line) <= kPageColumns, line);
      for (const char byte : line) CHECK(static_cast<unsigned char>(byte) >= ' ');
    }
  }
}

TEST_CASE("roi report: several services begin with their ranking, one does without") {
  ReturnReport report;
  report.services = {sample_service("api")};
  CHECK_FALSE(contains(text_of(report), "What to do"));

  report.services = {sample_service("api"), sample_service("web")};
  report.services[0].result.advice = Advice::keep;
  report.services[0].result.chosen.reset();
  const std::string text = text_of(report);

  CHECK(contains(text, "What to do"));
  CHECK(text.find(" 1 web") < text.find(" 2 api"));
  CHECK(contains(text, "if it were rewritten all the same"));
}

TEST_CASE("roi report: doing nothing is one of the options, where it belongs") {
  ReturnReport report;
  report.services = {sample_service("api")};
  const std::string text = text_of(report);

  CHECK(text.find("cache") < text.find("leave it as it is"));
  CHECK(text.find("leave it as it is") < text.rfind("rewrite it in"));
}

TEST_CASE("roi report: JSON has the ranking, and null for what never comes") {
  ReturnReport report;
  report.currency = "EUR";
  report.services = {sample_service(hostile_name()), sample_service("web")};
  report.services[1].result.options[1].once.high = std::numeric_limits<double>::infinity();

  const Json answer = json_of(report);

  CHECK(answer["schema"] == 1);
  CHECK(answer["currency"] == "EUR");
  REQUIRE(answer["services"].size() == 2);
  const Json& web = answer["services"][1];
  CHECK(web["name"] == "web");
  CHECK(web["advice"]["action"] == "alternative");
  CHECK(web["advice"]["option"] == 0);
  CHECK(web["options"][0]["kind"] == "alternative");
  CHECK(web["options"][1]["costs_once"]["high"].is_null());
  CHECK(web["options"][1]["break_even_months"]["mid"] == doctest::Approx(26.4));
  CHECK(web["options"][1]["break_even_months"]["high"].is_null());
  CHECK(web["options"][1]["needed_monthly"].is_null());
  CHECK(web["sensitivity"].size() == kCostInputs);
  CHECK(web["assumed"][0] == "bill_cpu");
}
