#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "analyze/owners/frame_rules.h"
#include "analyze/owners/glob.h"
#include "analyze/owners/parse_rules.h"
#include "analyze/owners/rule.h"
#include "analyze/owners/rule_set.h"
#include "analyze/owners/tables.h"

namespace boundscope {
namespace {

std::string text_that_fits(std::string_view glob) {
  std::string text;
  for (const char c : glob) text += c == '*' ? std::string("~") : std::string(1, c);
  return text;
}

std::string module_that_fits(std::string_view glob) {
  if (glob == "@exe") return "the program";
  return glob == "@none" ? "" : text_that_fits(glob);
}

Frame frame_that_fits(std::string_view module, const SymbolPattern& symbol) {
  using Kind = SymbolPattern::Kind;
  Frame frame;
  frame.module = module_that_fits(module);
  if (symbol.kind == Kind::any) frame.symbol = "~";
  if (symbol.kind == Kind::named) frame.symbol = text_that_fits(symbol.glob);
  if (symbol.kind == Kind::method) frame.symbol = "py:" + text_that_fits(symbol.glob) + ".~";
  if (symbol.kind == Kind::after) frame.previous = text_that_fits(symbol.glob);
  if (symbol.kind == Kind::before) frame.next = text_that_fits(symbol.glob);
  return frame;
}

// Whether an earlier rule is asked about every frame that a later one is.
bool reaches_as_far(Where earlier, Where later) {
  switch (later) {
    case Where::leaf:
    case Where::through:
      return earlier == Where::leaf || earlier == Where::through || earlier == Where::caller ||
             earlier == Where::inner || earlier == Where::stack;
    case Where::caller:
      return earlier == Where::caller || earlier == Where::stack;
    case Where::inner:
      return earlier == Where::inner || earlier == Where::stack;
    default:
      return earlier == later;
  }
}

bool is_first(const Rule& rule, const std::vector<const Rule*>& fitting, std::string_view thread) {
  const std::string comm = text_that_fits(thread);
  const auto fits_thread = [&](std::string_view glob) { return glob_fits(glob, comm); };
  for (const Rule* other : fitting) {
    if (other == &rule) return true;
    if (reaches_as_far(other->where, rule.where) &&
        std::any_of(other->threads.begin(), other->threads.end(), fits_thread)) {
      return false;
    }
  }
  return false;
}

// Whether some stack exists for which this alternative of the rule decides.
bool is_reachable(const Rule& rule, const SymbolPattern& symbol,
                  const std::vector<const Rule*>& rules) {
  Recording recording;
  for (const std::string_view module : rule.modules) {
    recording.frames.push_back(frame_that_fits(module, symbol));
  }
  FrameRules frames(recording, rules, "the program");
  for (std::uint32_t i = 0; i < recording.frames.size(); ++i) {
    for (const std::string_view thread : rule.threads) {
      if (is_first(rule, frames.of(i), thread)) return true;
    }
  }
  return false;
}

// What a table includes is left out: a runtime's own rules may well come before the common ones.
std::optional<std::string_view> nothing(std::string_view) { return ""; }

std::string unreachable_in(std::string_view text) {
  const Result<std::vector<Rule>> rules = parse_rules(text, nothing);
  if (!rules) return rules.error().message;
  std::vector<const Rule*> pointers;
  for (const Rule& rule : *rules) pointers.push_back(&rule);
  std::string found;
  for (const Rule& rule : *rules) {
    for (const SymbolPattern& symbol : rule.symbols) {
      if (!is_reachable(rule, symbol, pointers)) {
        found += "line " + std::to_string(rule.line) + ": " + std::string(symbol.glob) + "; ";
      }
    }
  }
  return found;
}

TEST_CASE("owner tables: every line of every table is a rule") {
  for (const OwnerTable& table : owner_tables()) {
    CAPTURE(table.name);
    const Result<std::vector<Rule>> rules = parse_rules(table.text, owner_table);
    CHECK_MESSAGE(rules, (rules ? "" : rules.error().message));
    if (rules) CHECK_FALSE(rules->empty());
  }
}

TEST_CASE("owner tables: no alternative of a rule is hidden by the rules before it") {
  for (const OwnerTable& table : owner_tables()) {
    CAPTURE(table.name);
    CHECK(unreachable_in(table.text) == "");
  }
}

TEST_CASE("owner tables: a hidden rule is found") {
  CHECK(unreachable_in("stack\t*\tgc_*\t*\tgc\t-\nleaf\t*\tgc_mark\t*\truntime\t-") != "");
  CHECK(unreachable_in("leaf\t*\tgc_*\t*\tgc\t-\nstack\t*\tgc_mark\t*\truntime\t-") == "");
}

TEST_CASE("owner tables: every runtime has tables, and the last rule leaves nothing undecided") {
  for (int i = 0; i <= static_cast<int>(Runtime::native); ++i) {
    Recording recording;
    recording.frames.push_back({.module = "anything"});
    RuleSet rules(recording, static_cast<Runtime>(i), "program");
    const std::vector<std::uint32_t> stack{0};

    CHECK(rules.decide(stack, "thread").rule != nullptr);
    CHECK(rules.decide({}, "thread").rule != nullptr);
  }
}

std::string problem_of(std::string_view text) {
  const auto find = [&](std::string_view name) -> std::optional<std::string_view> {
    if (name == "round") return "include\tround";
    if (name == "wrong") return "leaf";
    return {};
  };
  const auto rules = parse_rules(text, find);
  return rules ? std::string() : rules.error().message;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("owner tables: a line that makes no sense is refused with its number") {
  CHECK(problem_of("# fine\n\nleaf\t*\t*\t*\tgc\t-") == "");
  CHECK(has(problem_of("leaf\t*\t*\t*\tgc"), "line 1: 5 columns"));
  CHECK(has(problem_of("\nroof\t*\t*\t*\tgc\t-"), "line 2: no such place"));
  CHECK(has(problem_of("leaf\t*\t*\t*\tgarbage\t-"), "owner"));
  CHECK(has(problem_of("through\t*\t*\t*\tgc\t-"), "owner"));
  CHECK(has(problem_of("leaf\t*\t*\t*\tgc\t - "), "space"));
}

TEST_CASE("owner tables: a set stands for its modules, however many lines name it") {
  const auto rules =
      parse_rules("set\tC\tlibc.so*\nset\tC\tld-musl*\nleaf\t$C|own\t*\t*\tgc\t-", nothing);

  REQUIRE(rules);
  CHECK(rules->front().modules == std::vector<std::string_view>{"libc.so*", "ld-musl*", "own"});
  CHECK(has(problem_of("leaf\t$C\t*\t*\tgc\t-"), "no such set"));
  CHECK(has(problem_of("set\tC"), "set"));
}

TEST_CASE("owner tables: included rules stand where they are included") {
  const auto find = [](std::string_view) -> std::optional<std::string_view> {
    return "leaf\tb\t*\t*\tgc\t-";
  };
  const auto rules =
      parse_rules("leaf\ta\t*\t*\tgc\t-\ninclude\tother\nleaf\tc\t*\t*\tgc\t-", find);

  REQUIRE(rules);
  REQUIRE(rules->size() == 3);
  CHECK((*rules)[1].modules.front() == "b");
}

TEST_CASE("owner tables: what cannot be included is refused") {
  CHECK(has(problem_of("include\tnone"), "no such table"));
  CHECK(has(problem_of("include\tround"), "includes itself"));
  CHECK(has(problem_of("include\twrong"), "wrong: owner table, line 1"));
}

}  // namespace
}  // namespace boundscope
