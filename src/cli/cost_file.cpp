#include "cli/cost_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "boundscope/codes.h"
#include "cli/suggest.h"

namespace boundscope {
namespace {

constexpr std::size_t kMaxBytes = 1 << 20;
constexpr std::size_t kMaxQuoted = 40;
constexpr std::string_view kWeeks = "weeks.";
constexpr CostKey kEffort = {CostInput::client_weeks, "weeks", CostUnit::weeks, 1000,
                             CostDefault::nothing};

std::string cut(std::string_view text) {
  return text.size() <= kMaxQuoted ? std::string(text)
                                   : std::string(text.substr(0, kMaxQuoted)) + "...";
}

Error unknown_key(std::string_view key, const CostPlace& place) {
  std::vector<std::string> known = {"language", "currency", "memory_safety"};
  for (const CostKey& one : kCostKeys) known.emplace_back(one.name);
  const std::string meant = closest_to(key, known);
  return {place.kind, fmt::format("{}: there is no cost named \"{}\"", place.text, cut(key)),
          meant.empty() ? "'boundscope roi --example' prints a file with all of them"
                        : "did you mean '" + meant + "'?"};
}

Result<> set_effort(std::string_view action, std::string_view value, const CostPlace& place,
                    Costs& costs) {
  if (std::find(kActionCodes.begin(), kActionCodes.end(), action) == kActionCodes.end()) {
    const std::string meant =
        closest_to(action, std::vector<std::string>(kActionCodes.begin(), kActionCodes.end()));
    return Error{place.kind,
                 fmt::format("{}: there is no alternative named \"{}\"", place.text, cut(action)),
                 meant.empty() ? fmt::format("they are: {}", fmt::join(kActionCodes, ", "))
                               : "did you mean '" + meant + "'?"};
  }
  const Result<CostRange> range = parse_cost_range(value, kEffort, place);
  if (!range) return range.error();
  costs.effort_weeks.emplace_back(action, *range);
  return Done{};
}

template <class T>
Result<> store(Result<T> value, T& into) {
  if (!value) return value.error();
  into = *std::move(value);
  return Done{};
}

// The text without a comment. A # inside of a word is none.
std::string_view without_comment(std::string_view line) {
  for (std::size_t i = 0; i < line.size(); ++i) {
    const bool begins = i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t';
    if (begins && (line[i] == '#' || line[i] == ';')) return line.substr(0, i);
  }
  return line;
}

class FileParser {
 public:
  explicit FileParser(const std::string& name) : name_(name) { begin_section("", 0); }

  Result<> line(std::string_view text, std::size_t number) {
    text = trimmed(without_comment(text));
    if (text.empty()) return Done{};
    if (text.front() == '[') return section(text, number);
    return setting(text, number);
  }

  CostFile take() { return std::move(file_); }

 private:
  CostPlace place(std::size_t number) const {
    return {ErrorKind::data, fmt::format("{}, line {}", name_, number)};
  }

  void begin_section(std::string service, std::size_t number) {
    file_.sections.push_back({std::move(service), place(number), {}});
    keys_.clear();
  }

  Result<> section(std::string_view text, std::size_t number) {
    const std::string_view service =
        text.back() == ']' ? trimmed(text.substr(1, text.size() - 2)) : std::string_view();
    if (service.empty())
      return Error{ErrorKind::data, place(number).text + ": a section is not closed or has no name",
                   "write the name of a service in brackets: [payments]"};
    for (const CostSection& other : file_.sections) {
      if (other.service == service)
        return Error{ErrorKind::data,
                     fmt::format("{}: [{}] is there already, at {}", place(number).text,
                                 cut(service), other.place.text),
                     "put all that belongs to one service into one section"};
    }
    begin_section(std::string(service), number);
    return Done{};
  }

  Result<> setting(std::string_view text, std::size_t number) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos)
      return Error{ErrorKind::data,
                   fmt::format("{}: \"{}\" is no key = value", place(number).text, cut(text)),
                   "for example months = 6..9; 'boundscope roi --example' prints a whole file"};
    const std::string_view key = trimmed(text.substr(0, equals));
    if (!keys_.insert(std::string(key)).second)
      return Error{ErrorKind::data,
                   fmt::format("{}: {} is given twice", place(number).text, cut(key)),
                   "keep one of the two"};
    return set_cost(key, trimmed(text.substr(equals + 1)), place(number), file_,
                    file_.sections.back());
  }

  const std::string& name_;
  CostFile file_;
  std::set<std::string, std::less<>> keys_;  // of this section
};

}  // namespace

Result<> set_cost(std::string_view key, std::string_view value, const CostPlace& place,
                  CostFile& file, CostSection& section) {
  if (key == "currency") return store(parse_currency(value, place), file.currency);
  if (key == "language") return store(parse_target_language(value, place), section.costs.language);
  if (key == "memory_safety") {
    const Result<bool> required = parse_memory_safety(value, place);
    if (!required) return required.error();
    section.costs.memory_safety = *required;
    return Done{};
  }
  if (key.starts_with(kWeeks))
    return set_effort(key.substr(kWeeks.size()), value, place, section.costs);
  for (const CostKey& known : kCostKeys) {
    if (known.name != key) continue;
    const Result<CostRange> range = parse_cost_range(value, known, place);
    if (!range) return range.error();
    section.costs[known.input] = *range;
    return Done{};
  }
  return unknown_key(key, place);
}

Result<CostFile> parse_cost_file(std::string_view text, const std::string& name) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.size() > kMaxBytes || text.find('\0') != std::string_view::npos)
    return Error{ErrorKind::data, name + " is no file of costs",
                 "'boundscope roi --example > costs.ini' makes one to fill in"};
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  FileParser parser(name);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (const Result<> done = parser.line(text.substr(0, end), number); !done) return done.error();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parser.take();
}

}  // namespace boundscope
