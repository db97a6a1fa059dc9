// Returns: sums that can be checked by hand, and what is advised in situations that are clear.
#include "boundscope/roi.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "boundscope/codes.h"

using namespace boundscope;

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

Recording recording_of(Runtime runtime) {
  Recording recording;
  recording.header.seed = 11;
  recording.header.cpu_limit = 4;
  TargetProcess process;
  process.runtime = runtime;
  recording.processes = {process};
  return recording;
}

// A Go service at work that waits half of its 20 ms, in a language-independent prediction.
Analysis analysis_of(const Gain& latency, const Gain& capacity, const Gain& memory = {}) {
  Analysis analysis;
  analysis.load.view = View::requests;
  analysis.load.latency_mean_ms = 20;
  analysis.load.latency_p99_ms = 40;
  analysis.load.cpu_cores = 3;
  analysis.verdict = {Bound::cpu, Cause::language, 0.99, {}};
  LanguageGains gains;
  gains.language = "rust";
  gains.latency = latency;
  gains.capacity = capacity;
  gains.memory = memory;
  analysis.rewrite.to = {gains};
  return analysis;
}

Gain gain(double low, double middle, double high, Answer answer = Answer::plausible) {
  Gain result;
  result.answer = answer;
  result.gain = Estimate{middle, low, high};
  return result;
}
Gain exactly(double value, Answer answer = Answer::plausible) {
  return gain(value, value, value, answer);
}

CostRange exact(double value) { return {value, value}; }

// 2 people for 6 months at 10 a month: 120.
Costs small_project() {
  Costs costs;
  costs[CostInput::team] = exact(2);
  costs[CostInput::months] = exact(6);
  costs[CostInput::salary] = exact(120);
  costs[CostInput::years] = exact(3);
  return costs;
}

// The whole bill follows CPU, and every saving reaches it.
void add_bill(Costs& costs, double bill) {
  costs[CostInput::cloud_bill] = exact(bill);
  costs[CostInput::bill_cpu] = exact(1);
  costs[CostInput::bill_memory] = exact(0);
  costs[CostInput::realised] = exact(1);
}

const ReturnOption& rewrite_in(const Return& result) {
  REQUIRE(result.rewrite.has_value());
  return result.options[*result.rewrite];
}

double part(const std::vector<MoneyPart>& parts, const std::string& code) {
  for (const MoneyPart& one : parts)
    if (one.code == code) return one.amount.value;
  return 0;
}

bool has_note(const Return& result, const std::string& code) {
  return std::any_of(result.notes.begin(), result.notes.end(),
                     [&](const ReturnNote& note) { return note.code == code; });
}

Return returned(const Analysis& analysis, const Costs& costs, Runtime runtime = Runtime::go) {
  return return_of(recording_of(runtime), analysis, costs);
}

}  // namespace

TEST_CASE("roi: a saving pays back after its price, counted from today") {
  Costs costs = small_project();
  add_bill(costs, 20);

  const Return result = returned(analysis_of({}, exactly(2)), costs);

  // 10 a month from month 6 on: 12 more months for 120, 300 in the 30 months that are left.
  const ReturnOption& rewrite = rewrite_in(result);
  CHECK(rewrite.once.value == doctest::Approx(120));
  CHECK(rewrite.monthly.value == doctest::Approx(10));
  CHECK(rewrite.break_even.mid.value_or(kNever) == doctest::Approx(18));
  CHECK(rewrite.net.value == doctest::Approx(180));
  CHECK(rewrite.needed_monthly->value == doctest::Approx(4));
  CHECK(rewrite.pays_probability == 1);
  CHECK(result.advice == Advice::rewrite);
  CHECK(result.reason == "pays");
  CHECK(result.chosen == result.rewrite);
}

TEST_CASE("roi: every cost has its part, and they are the whole") {
  Costs costs = small_project();
  costs[CostInput::developers] = exact(4);
  costs[CostInput::hires] = exact(1);
  costs[CostInput::hiring_months] = exact(3);
  costs[CostInput::salary_premium] = exact(0.1);
  costs[CostInput::parallel_months] = exact(2);
  costs[CostInput::parallel_cost] = exact(7);
  costs[CostInput::freeze_months] = exact(5);
  costs[CostInput::velocity_loss] = exact(0.25);
  costs[CostInput::velocity_months] = exact(8);
  costs[CostInput::clients] = exact(26);
  costs[CostInput::client_weeks] = exact(2);
  costs[CostInput::maintainers_now] = exact(2);
  costs[CostInput::maintainers_after] = exact(1);
  costs[CostInput::turnover] = exact(0.5);
  costs[CostInput::handover_months] = exact(6);

  const ReturnOption rewrite = rewrite_in(returned(analysis_of({}, exactly(2)), costs));

  CHECK(part(rewrite.once_parts, "project") == doctest::Approx(120));
  CHECK(part(rewrite.once_parts, "hiring") == doctest::Approx(30));
  CHECK(part(rewrite.once_parts, "parallel") == doctest::Approx(14));
  // Four make features, two of them are paid by the project.
  CHECK(part(rewrite.once_parts, "freeze") == doctest::Approx(5 * 20));
  CHECK(part(rewrite.once_parts, "velocity") == doctest::Approx(0.25 * 8 * 40));
  CHECK(part(rewrite.once_parts, "clients") == doctest::Approx(120));
  CHECK(rewrite.once.value == doctest::Approx(120 + 30 + 14 + 100 + 80 + 120));
  CHECK(part(rewrite.monthly_parts, "premium") == doctest::Approx(-4));
  // A quarter and a half a year lose all who know it; 6 months of 40 each time.
  CHECK(part(rewrite.monthly_parts, "knowledge") == doctest::Approx(-(0.5 - 0.25) * 240 / 12));
  CHECK_FALSE(rewrite.break_even.mid.has_value());
}

TEST_CASE("roi: memory saves its part of the bill, and no more of it is saved than predicted") {
  Costs costs = small_project();
  add_bill(costs, 100);
  costs[CostInput::bill_cpu] = exact(0.5);
  costs[CostInput::bill_memory] = exact(0.25);
  costs[CostInput::realised] = exact(0.8);

  const ReturnOption rewrite = rewrite_in(returned(analysis_of({}, exactly(4), exactly(2)), costs));

  CHECK(rewrite.monthly.value == doctest::Approx(100 * 0.8 * (0.5 * 0.75 + 0.25 * 0.5)));
}

TEST_CASE("roi: shorter latency is worth what clients notice of it") {
  Costs costs = small_project();
  costs[CostInput::latency_value] = exact(30);
  const Analysis analysis = analysis_of(exactly(2), {});

  SUBCASE("half of what they wait for") {
    CHECK(rewrite_in(returned(analysis, costs)).monthly.value == doctest::Approx(30));
  }
  SUBCASE("10 of 50 ms") {
    costs[CostInput::client_latency] = exact(50);
    CHECK(rewrite_in(returned(analysis, costs)).monthly.value == doctest::Approx(12));
  }
  SUBCASE("10 of 500 ms: nobody notices") {
    costs[CostInput::client_latency] = exact(500);
    const Return result = returned(analysis, costs);
    CHECK(rewrite_in(result).monthly.value == 0);
    CHECK(has_note(result, "not_noticed"));
  }
  SUBCASE("a client cannot wait shorter than the service takes") {
    costs[CostInput::client_latency] = exact(5);
    const Return result = returned(analysis, costs);
    CHECK(rewrite_in(result).monthly.value == doctest::Approx(30));
    CHECK(has_note(result, "client_latency_short"));
  }
}

TEST_CASE("roi: what has no price is not counted, and the answer says so") {
  const Return result = returned(analysis_of(exactly(3), exactly(3)), small_project());

  CHECK(rewrite_in(result).monthly.value == 0);
  CHECK(result.advice == Advice::undecided);
  CHECK(result.reason == "no_value");
  CHECK(has_note(result, "no_bill"));
  CHECK(has_note(result, "no_latency_value"));
  CHECK_FALSE(result.chosen.has_value());
}

TEST_CASE("roi: a service that waits is not rewritten, its upstream is cached") {
  Analysis analysis = analysis_of(exactly(1.02, Answer::unlikely), gain(1, 1.5, 3), exactly(2));
  analysis.alternatives = {{"cache_upstream", "10.0.0.7:443", Goal::latency, {1.95, 1.9, 2.0}}};
  Costs costs = small_project();
  add_bill(costs, 5);
  costs[CostInput::bill_memory] = exact(0);

  const Return result = returned(analysis, costs);

  CHECK(result.advice == Advice::alternative);
  CHECK(result.reason == "alternative_gains_more");
  REQUIRE(result.chosen.has_value());
  CHECK(result.options[*result.chosen].action == "cache_upstream");
  // Ranked above the rewrite, whose gain in memory is still there.
  CHECK(*result.chosen < *result.rewrite);
  CHECK(rewrite_in(result).gains.size() == 3);
}

TEST_CASE("roi: an alternative that leaves more money goes first, even if the rewrite pays") {
  Analysis analysis = analysis_of(exactly(2), exactly(2));
  analysis.alternatives = {{"more_workers", "", Goal::latency, {4, 4, 4}}};
  Costs costs = small_project();
  costs[CostInput::latency_value] = exact(30);

  const Return result = returned(analysis, costs);

  CHECK(rewrite_in(result).pays_probability == 1);
  CHECK(result.advice == Advice::alternative);
  CHECK(result.reason == "alternative_pays_more");
}

TEST_CASE("roi: an alternative without worth does not beat a rewrite that pays") {
  Analysis analysis = analysis_of(exactly(1.0, Answer::unlikely), exactly(4));
  analysis.alternatives = {{"cache_upstream", "db", Goal::latency, {1.9, 1.8, 2.0}}};
  Costs costs = small_project();
  add_bill(costs, 40);

  CHECK(returned(analysis, costs).advice == Advice::rewrite);
}

TEST_CASE("roi: one action that serves two goals is one option") {
  Analysis analysis = analysis_of(exactly(1.1), exactly(1.1));
  analysis.alternatives = {{"more_heap_room", "GOGC", Goal::latency, {1.1, 1.0, 1.2}},
                           {"more_heap_room", "GOGC", Goal::tail, {1.5, 1.2, 1.9}}};

  const Return result = returned(analysis, small_project());

  REQUIRE(result.options.size() == 2);
  CHECK(result.options[0].gains.size() == 2);
}

TEST_CASE("roi: one action to two extents is two options") {
  Analysis analysis = analysis_of(exactly(1.1), exactly(1.1));
  analysis.alternatives = {{"cache_upstream", "db", Goal::latency, {1.5, 1.4, 1.6}},
                           {"cache_upstream", "db", Goal::latency, {3, 2.5, 4}}};

  CHECK(returned(analysis, small_project()).options.size() == 3);
}

TEST_CASE("roi: no gain, or one that does not pay, keeps the service") {
  Costs costs = small_project();
  add_bill(costs, 1);

  const Return no_gain = returned(
      analysis_of(exactly(1.01, Answer::unlikely), exactly(1.02, Answer::unlikely)), costs);
  const Return too_dear = returned(analysis_of(exactly(1.5), exactly(1.5)), costs);

  CHECK(no_gain.advice == Advice::keep);
  CHECK(no_gain.reason == "no_gain");
  CHECK(too_dear.advice == Advice::keep);
  CHECK(too_dear.reason == "does_not_pay");
}

TEST_CASE("roi: where some draws pay and others do not, it says what that hangs on") {
  Costs costs = small_project();
  add_bill(costs, 10);
  costs[CostInput::months] = CostRange{2, 20};

  const Return result = returned(analysis_of({}, gain(1.2, 1.8, 3)), costs);

  CHECK(result.advice == Advice::undecided);
  CHECK(result.reason == "uncertain");
  REQUIRE(result.sensitivity.size() >= 2);
  CHECK(result.sensitivity[0].input == "months");
  CHECK(result.sensitivity[0].net_low > result.sensitivity[0].net_high);
  CHECK_FALSE(result.sensitivity[0].supposed);
  const auto salary = std::find_if(result.sensitivity.begin(), result.sensitivity.end(),
                                   [](const Sensitivity& row) { return row.input == "salary"; });
  REQUIRE(salary != result.sensitivity.end());
  CHECK(salary->supposed);
}

TEST_CASE("roi: the wider the ranges that are given, the wider the answer") {
  Costs narrow = small_project();
  add_bill(narrow, 20);
  Costs wide = narrow;
  wide[CostInput::months] = CostRange{3, 12};
  const Analysis analysis = analysis_of({}, exactly(2));

  const ReturnOption one = rewrite_in(returned(analysis, narrow));
  const ReturnOption other = rewrite_in(returned(analysis, wide));

  CHECK(one.net.low == doctest::Approx(one.net.high));
  CHECK(other.net.low < one.net.low);
  CHECK(other.net.high > one.net.high);
}

TEST_CASE("roi: required memory safety decides only where there is none yet") {
  Costs costs = small_project();
  costs.memory_safety = true;
  Recording native = recording_of(Runtime::native);
  native.processes[0].language = "c++";
  const Analysis analysis = analysis_of(exactly(1, Answer::unlikely), exactly(1, Answer::unlikely));

  const Return unsafe = return_of(native, analysis, costs);
  const Return safe = returned(analysis, costs);

  CHECK(unsafe.advice == Advice::rewrite);
  CHECK(unsafe.reason == "memory_safety");
  CHECK(safe.advice == Advice::keep);
  CHECK(has_note(safe, "already_safe"));
}

TEST_CASE("roi: a service is not rewritten in its own language") {
  Costs costs = small_project();
  costs.language = "go";

  CHECK(returned(analysis_of(exactly(3), exactly(3)), costs).reason == "same_language");
}

TEST_CASE("roi: the language that pays best is argued about, unless one is asked for") {
  Analysis analysis = analysis_of({}, exactly(2));
  LanguageGains java = analysis.rewrite.to[0];
  java.language = "java";
  java.capacity = exactly(3);
  analysis.rewrite.to.push_back(java);
  Costs costs = small_project();
  add_bill(costs, 20);

  CHECK(rewrite_in(returned(analysis, costs)).language == "java");
  costs.language = "rust";
  CHECK(rewrite_in(returned(analysis, costs)).language == "rust");
  costs.language = "c++";
  const Return unknown = returned(analysis, costs);
  CHECK(has_note(unknown, "language_unknown"));
  CHECK(unknown.advice == Advice::undecided);
}

TEST_CASE("roi: without a verdict only the costs can be said") {
  Analysis analysis = analysis_of(exactly(9), exactly(9));
  analysis.verdict = {Bound::idle, Cause::none, 0.9, {}};
  Costs costs = small_project();
  add_bill(costs, 1000);

  const Return result = returned(analysis, costs);

  CHECK(result.advice == Advice::undecided);
  CHECK(result.reason == "not_measured");
  CHECK(rewrite_in(result).once.value == doctest::Approx(120));
  CHECK(rewrite_in(result).needed_monthly->value == doctest::Approx(4));
  CHECK_FALSE(rewrite_in(result).break_even.low.has_value());
}

TEST_CASE("roi: without requests nothing is said about latency") {
  Analysis analysis = analysis_of({}, exactly(2));
  analysis.load = {};
  analysis.load.cpu_cores = 3;
  Costs costs = small_project();
  add_bill(costs, 20);
  costs[CostInput::latency_value] = exact(1000);

  const Return result = returned(analysis, costs);

  CHECK(has_note(result, "no_requests"));
  CHECK(rewrite_in(result).monthly.value == doctest::Approx(10));
}

TEST_CASE("roi: a rewrite that may be given up is worth less") {
  Costs costs = small_project();
  add_bill(costs, 20);
  costs[CostInput::abandoned] = exact(0.3);

  const ReturnOption rewrite = rewrite_in(returned(analysis_of({}, exactly(2)), costs));

  CHECK(rewrite.pays_probability == doctest::Approx(0.7).epsilon(0.03));
  CHECK(rewrite.net.low == doctest::Approx(-60));
}

TEST_CASE("roi: absurd numbers give no NaN and no infinity") {
  const double nan = std::nan("");
  Analysis analysis = analysis_of(exactly(nan), exactly(-3), exactly(kNever));
  analysis.load.latency_mean_ms = 0;
  analysis.load.cpu_cores = nan;
  analysis.alternatives = {{"unheard_of", "x", Goal::latency, {0, 0, 0}},
                           {"fix_lock", "y", Goal::capacity, {2, 5, 1}}};
  Costs costs;
  for (const CostKey& key : kCostKeys) costs[key.input] = CostRange{nan, -1, kNever};
  costs[CostInput::cloud_bill] = exact(1e12);
  costs[CostInput::turnover] = exact(0);
  costs[CostInput::maintainers_after] = exact(0);
  costs.effort_weeks = {{"fix_lock", CostRange{-1, nan}}};
  Recording recording = recording_of(Runtime::unknown);
  recording.processes.clear();

  const Return result = return_of(recording, analysis, costs);

  REQUIRE(result.options.size() == 3);
  for (const ReturnOption& option : result.options) {
    for (const Estimate& amount : {option.once, option.monthly, option.net}) {
      CHECK(std::isfinite(amount.low));
      CHECK(std::isfinite(amount.value));
      CHECK(std::isfinite(amount.high));
    }
    CHECK(option.pays_probability >= 0);
    CHECK(option.pays_probability <= 1);
  }
}

TEST_CASE("roi: the same recording and costs give the same answer") {
  Costs costs = small_project();
  add_bill(costs, 10);
  costs[CostInput::months] = CostRange{2, 20, 5};
  const Analysis analysis = analysis_of({}, gain(1.2, 1.8, 3));

  CHECK(rewrite_in(returned(analysis, costs)).net.low ==
        rewrite_in(returned(analysis, costs)).net.low);
}

TEST_CASE("roi: the ranking has rewrites that pay most first, and what is kept last") {
  Costs costs = small_project();
  const auto with_bill = [&](double bill, double gain_value) {
    Costs own = costs;
    add_bill(own, bill);
    return returned(analysis_of({}, exactly(gain_value)), own);
  };
  const std::vector<Return> returns = {with_bill(1, 2), with_bill(20, 2), with_bill(60, 2)};

  CHECK(ranking(returns) == std::vector<std::size_t>{2, 1, 0});
}

TEST_CASE("roi: every reason, note and part has a code that is known") {
  Costs costs = small_project();
  const Return result = returned(analysis_of(exactly(3), exactly(3)), costs);

  const auto known = [](const auto& codes, const std::string& code) {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
  };
  CHECK(known(kAdviceReasonCodes, result.reason));
  for (const ReturnNote& note : result.notes) CHECK(known(kReturnNoteCodes, note.code));
}
