#include "cli/cost_file.h"

#include <doctest/doctest.h>

using namespace boundscope;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

CostFile parsed(const std::string& text) {
  const Result<CostFile> file = parse_cost_file(text, "costs.ini");
  REQUIRE_MESSAGE(file, (file ? "" : file.error().message));
  return *file;
}

std::string refused(const std::string& text) {
  const Result<CostFile> file = parse_cost_file(text, "costs.ini");
  REQUIRE_FALSE_MESSAGE(file, text);
  CHECK(file.error().kind == ErrorKind::data);
  CHECK_FALSE(file.error().hint.empty());
  return file.error().message + " | " + file.error().hint;
}

CostRange range_of(const std::string& text, CostInput input = CostInput::cloud_bill) {
  const CostKey& key = kCostKeys[static_cast<std::size_t>(input)];
  const CostFile file = parsed(std::string(key.name) + " = " + text);
  REQUIRE(file.sections[0].costs[input].has_value());
  return *file.sections[0].costs[input];
}

const std::string kProject = "team = 3\nmonths = 6..9\nsalary = 120k\n";

std::string contradicts(const std::string& more) {
  const Result<Costs> costs = costs_of("api", parsed(kProject + more), {});
  REQUIRE_FALSE_MESSAGE(costs, more);
  CHECK(costs.error().kind == ErrorKind::usage);
  CHECK_FALSE(costs.error().hint.empty());
  CHECK(contains(costs.error().message, "api"));
  return costs.error().message;
}

}  // namespace

TEST_CASE("costs: a number, a range, a range with its likely value") {
  CHECK(range_of("6").low == 6);
  CHECK(range_of("6").high == 6);
  CHECK(range_of("3..6.5").high == 6.5);
  CHECK_FALSE(range_of("3..6").likely.has_value());
  CHECK(range_of(" 3 .. 4 .. 6 ").likely == 4);
}

TEST_CASE("costs: a suffix belongs to all that have none") {
  CHECK(range_of("80..120k").low == 80'000);
  CHECK(range_of("0.5..2M").low == 500'000);
  CHECK(range_of("900k..1.1M").low == 900'000);
  CHECK(range_of("900k..1.1M").high == doctest::Approx(1'100'000));
  CHECK(range_of("10..20 %", CostInput::velocity_loss).low == doctest::Approx(0.1));
  CHECK(range_of("0.1..0.2", CostInput::velocity_loss).high == doctest::Approx(0.2));
}

TEST_CASE("costs: comments, sections and Windows line ends") {
  const CostFile file = parsed(
      "\xef\xbb\xbf# all of them\r\nteam = 3 # of us\r\n; and\r\n\r\n[pay#1]\r\nteam=4\r\n"
      "currency = EUR");

  REQUIRE(file.sections.size() == 2);
  CHECK(file.currency == "EUR");
  CHECK(file.sections[0].costs[CostInput::team]->low == 3);
  CHECK(file.sections[1].service == "pay#1");
  CHECK(file.sections[1].costs[CostInput::team]->low == 4);
}

TEST_CASE("costs: words have few values") {
  CHECK(parsed("language = Golang").sections[0].costs.language == "go");
  CHECK(parsed("language = C++").sections[0].costs.language == "c++");
  CHECK(parsed("memory_safety = required").sections[0].costs.memory_safety == true);
  CHECK(parsed("memory_safety = no").sections[0].costs.memory_safety == false);
  CHECK(contains(refused("language = rsut"), "'rust'"));
  CHECK(contains(refused("language = cobol"), "no prediction"));
  CHECK(contains(refused("memory_safety = maybe"), "required or no"));
  CHECK(contains(refused("currency = way too long"), "currency"));
}

TEST_CASE("costs: a message names the line and what is accepted") {
  CHECK(contains(refused("team = 3\nmonths = -2"), "costs.ini, line 2"));
  CHECK(contains(refused("months = -2"), "cannot be negative"));
  CHECK(contains(refused("months = 3..-2"), "cannot be negative"));
  CHECK(contains(refused("months = 9..6"), "goes down"));
  CHECK(contains(refused("months = 6..12..9"), "goes down"));
  CHECK(contains(refused("months = 0"), "cannot be 0"));
  CHECK(contains(refused("months = 1000"), "above 240"));
  CHECK(contains(refused("velocity_loss = 20"), "above 100 %"));
  CHECK(contains(refused("salary = 120,000"), "comma"));
  for (const char* text :
       {"six", "", "6..", "..6", "1..2..3..4", "nan", "inf", "1e3", "6 x", "10 %", "0x10", "6k k"})
    CHECK_MESSAGE(contains(refused(std::string("months = ") + text), "no number"), text);
}

TEST_CASE("costs: keys and sections that are not there, or twice") {
  CHECK(contains(refused("mnths = 3"), "did you mean 'months'?"));
  CHECK(contains(refused("colour = 3"), "--example"));
  CHECK(contains(refused("team = 3\nteam = 3"), "given twice"));
  CHECK(contains(refused("[a]\n[b]\n[a]"), "line 1"));
  CHECK(contains(refused("[a"), "not closed"));
  CHECK(contains(refused("[ ]"), "no name"));
  CHECK(contains(refused("team 3"), "no key = value"));
  CHECK(contains(refused(std::string("team = 3\0", 9)), "no file of costs"));
}

TEST_CASE("costs: the effort of an alternative can be given") {
  const CostFile file = parsed("weeks.cache_upstream = 2..4");

  REQUIRE(file.sections[0].costs.effort_weeks.size() == 1);
  CHECK(file.sections[0].costs.effort_weeks[0].second.high == 4);
  CHECK(contains(refused("weeks.cash_upstream = 2"), "'cache_upstream'"));
}

TEST_CASE("costs: a service's section wins over the rest, the command line over both") {
  const CostFile file = parsed(kProject +
                               "memory_safety = required\n[api]\nteam = 4\n"
                               "memory_safety = no\n[other]\nteam = 9\n");
  Costs typed;
  typed[CostInput::months] = CostRange{1, 1};

  const Result<Costs> costs = costs_of("api", file, typed);

  REQUIRE(costs);
  CHECK((*costs)[CostInput::team]->low == 4);
  CHECK((*costs)[CostInput::months]->high == 1);
  CHECK((*costs)[CostInput::salary]->low == 120'000);
  CHECK(costs->memory_safety == false);
}

TEST_CASE("costs: what is missing is named all at once") {
  const Result<Costs> costs = costs_of("api", parsed("team = 3"), {});

  REQUIRE_FALSE(costs);
  CHECK(contains(costs.error().message, "months, salary"));
  CHECK(contains(costs.error().hint, "--example"));
  CHECK_FALSE(costs_of("api", {}, {}));
}

TEST_CASE("costs: what contradicts is refused") {
  CHECK(contains(contradicts("hires = 2"), "hires is given"));
  CHECK(contains(contradicts("velocity_loss = 20 %"), "for how long"));
  CHECK(contains(contradicts("client_weeks = 2"), "how many"));
  CHECK(contains(contradicts("maintainers_after = 2"), "today"));
  CHECK(contains(contradicts("parallel_cost = 2"), "how long"));
  CHECK(contains(contradicts("hires = 4\nhiring_months = 2"), "more people"));
  CHECK(contains(contradicts("bill_cpu = 70 %\nbill_memory = 40 %"), "whole bill"));
  CHECK(contains(contradicts("years = 0.5"), "used for 6"));
  CHECK(contains(contradicts("memory_safety = required\nlanguage = c++"), "memory safe"));
}

TEST_CASE("costs: a zero needs no other half") {
  CHECK(costs_of("api", parsed(kProject + "hires = 0\nclients = 0\nvelocity_loss = 0 %"), {}));
}

TEST_CASE("costs: the example can be used as it is") {
  const std::string text = cost_template();

  CHECK(costs_of("api", parsed(text), {}));
}

TEST_CASE("costs: the example can be used with every key in it") {
  std::string text;
  std::string rest = cost_template();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string line = rest.substr(0, end);
    if (line.starts_with("#") && !line.starts_with("# ")) line.erase(0, 1);
    text += line + "\n";
    rest.erase(0, std::min(end + 1, rest.size()));
  }

  const CostFile file = parsed(text);

  CHECK(file.sections.back().service == "payments");
  CHECK(costs_of("payments", file, {}));
  for (const CostKey& key : kCostKeys)
    CHECK_MESSAGE(file.sections[0].costs[key.input].has_value(), std::string(key.name));
}
