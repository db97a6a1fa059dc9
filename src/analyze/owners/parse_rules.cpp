#include "analyze/owners/parse_rules.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

namespace boundscope {
namespace {

using Texts = std::vector<std::string_view>;

constexpr std::size_t kColumns = 6;
constexpr int kMostIncludes = 4;  // one within another: more go in circles

constexpr std::array kWheres{
    std::pair{std::string_view("leaf"), Where::leaf},
    std::pair{std::string_view("caller"), Where::caller},
    std::pair{std::string_view("inner"), Where::inner},
    std::pair{std::string_view("stack"), Where::stack},
    std::pair{std::string_view("through"), Where::through},
    std::pair{std::string_view("loop"), Where::loop},
    std::pair{std::string_view("profiler"), Where::profiler},
    std::pair{std::string_view("skid"), Where::skid},
    std::pair{std::string_view("kernel"), Where::kernel},
    std::pair{std::string_view("vague"), Where::vague},
    std::pair{std::string_view("root"), Where::root},
    std::pair{std::string_view("heap"), Where::heap},
};

Texts split(std::string_view text, char separator, bool keep_empty) {
  Texts parts;
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0 || keep_empty) parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<Where> where_of(std::string_view text) {
  for (const auto& [name, where] : kWheres) {
    if (name == text) return where;
  }
  return {};
}

std::optional<CpuOwner> owner_named(std::string_view text) {
  for (int i = 0; i <= static_cast<int>(CpuOwner::unknown); ++i) {
    if (to_string(static_cast<CpuOwner>(i)) == text) return static_cast<CpuOwner>(i);
  }
  return {};
}

bool decides(Where where) {
  return where != Where::through && where != Where::loop && where != Where::root &&
         where != Where::heap && where != Where::skid;
}

SymbolPattern symbol_pattern(std::string_view text) {
  constexpr std::string_view kAfter = "after:";
  constexpr std::string_view kBefore = "before:";
  constexpr std::string_view kMethod = "method:";
  using Kind = SymbolPattern::Kind;
  if (text == "*") return {Kind::any, {}};
  if (text == "?") return {Kind::unnamed, {}};
  if (text.starts_with(kAfter)) return {Kind::after, text.substr(kAfter.size())};
  if (text.starts_with(kBefore)) return {Kind::before, text.substr(kBefore.size())};
  if (text.starts_with(kMethod)) return {Kind::method, text.substr(kMethod.size())};
  return {Kind::named, text};
}

class TableReader {
 public:
  TableReader(const FindTable& find, int depth) : find_(&find), depth_(depth) {}

  Result<std::vector<Rule>> read(std::string_view text);

 private:
  std::optional<Error> read_line(std::string_view text);
  std::optional<Error> read_set(const Texts& columns);
  std::optional<Error> read_include(const Texts& columns);
  std::optional<Error> read_rule(const Texts& columns);
  std::optional<Error> read_owner(std::string_view text, Rule& rule) const;
  Result<Texts> modules_of(std::string_view text) const;
  Error problem(const std::string& what) const;

  const FindTable* find_;
  int depth_;
  int line_ = 0;
  std::map<std::string_view, Texts> sets_;
  std::vector<Rule> rules_;
};

Error TableReader::problem(const std::string& what) const {
  return {ErrorKind::data, "owner table, line " + std::to_string(line_) + ": " + what,
          "see docs/owners.md"};
}

Result<std::vector<Rule>> TableReader::read(std::string_view text) {
  for (const std::string_view line : split(text, '\n', true)) {
    ++line_;
    if (line.empty() || line.front() == '#') continue;
    if (const auto error = read_line(line)) return *error;
  }
  return std::move(rules_);
}

std::optional<Error> TableReader::read_line(std::string_view text) {
  const Texts columns = split(text, '\t', false);
  for (const std::string_view column : columns) {
    if (column.front() == ' ' || column.back() == ' ') return problem("space beside a tab");
  }
  if (columns.empty()) return problem("nothing but tabs");
  if (columns[0] == "set") return read_set(columns);
  if (columns[0] == "include") return read_include(columns);
  return read_rule(columns);
}

// A name that is set again stands for both lists.
std::optional<Error> TableReader::read_set(const Texts& columns) {
  if (columns.size() != 3) return problem("set: expected a name and a list");
  const Result<Texts> modules = modules_of(columns[2]);
  if (!modules) return modules.error();
  Texts& set = sets_[columns[1]];
  set.insert(set.end(), modules->begin(), modules->end());
  return {};
}

std::optional<Error> TableReader::read_include(const Texts& columns) {
  if (columns.size() != 2) return problem("include: expected the name of a table");
  const std::string name(columns[1]);
  if (depth_ == kMostIncludes) return problem("include: " + name + " includes itself");
  const auto text = (*find_)(columns[1]);
  if (!text) return problem("include: no such table: " + name);
  Result<std::vector<Rule>> included = TableReader(*find_, depth_ + 1).read(*text);
  if (!included) return problem("include: " + name + ": " + included.error().message);
  std::move(included->begin(), included->end(), std::back_inserter(rules_));
  return {};
}

std::optional<Error> TableReader::read_rule(const Texts& columns) {
  if (columns.size() != kColumns) {
    return problem(std::to_string(columns.size()) + " columns instead of 6");
  }
  Rule rule;
  rule.line = line_;
  const std::optional<Where> where = where_of(columns[0]);
  if (!where) return problem("no such place: " + std::string(columns[0]));
  rule.where = *where;
  Result<Texts> modules = modules_of(columns[1]);
  if (!modules) return modules.error();
  rule.modules = *std::move(modules);
  for (const std::string_view symbol : split(columns[2], '|', true)) {
    rule.symbols.push_back(symbol_pattern(symbol));
  }
  rule.threads = split(columns[3], '|', true);
  if (const auto error = read_owner(columns[4], rule)) return error;
  if (columns[5] != "-") rule.name = columns[5];
  rules_.push_back(std::move(rule));
  return {};
}

std::optional<Error> TableReader::read_owner(std::string_view text, Rule& rule) const {
  const std::optional<CpuOwner> owner = owner_named(text);
  if (text == "idle") {
    rule.owner = CpuOwner::runtime;
    rule.is_work = false;
  } else if (text == "barrier") {
    rule.owner = CpuOwner::gc;
    rule.is_barrier = true;
  } else if (owner) {
    rule.owner = *owner;
  }
  const bool is_owner = owner || !rule.is_work || rule.is_barrier;
  if (decides(rule.where) != is_owner) return problem("owner: " + std::string(text));
  return {};
}

Result<Texts> TableReader::modules_of(std::string_view text) const {
  Texts modules;
  for (const std::string_view module : split(text, '|', true)) {
    if (!module.starts_with('$')) {
      modules.push_back(module);
      continue;
    }
    const auto set = sets_.find(module.substr(1));
    if (set == sets_.end()) return problem("no such set: " + std::string(module));
    modules.insert(modules.end(), set->second.begin(), set->second.end());
  }
  return modules;
}

}  // namespace

Result<std::vector<Rule>> parse_rules(std::string_view text, const FindTable& find) {
  return TableReader(find, 0).read(text);
}

}  // namespace boundscope
