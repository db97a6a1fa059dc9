#include "cli/cost_values.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "cli/suggest.h"

namespace boundscope {
namespace {

constexpr std::size_t kMaxQuoted = 40;  // of a value in a message

std::string quoted(std::string_view text) {
  return text.size() <= kMaxQuoted ? fmt::format("\"{}\"", text)
                                   : fmt::format("\"{}...\"", text.substr(0, kMaxQuoted));
}

Error wrong(const CostPlace& place, std::string_view key, std::string_view text,
            std::string_view why, std::string hint) {
  return {place.kind, fmt::format("{}: {} = {}: {}", place.text, key, quoted(text), why),
          std::move(hint)};
}

std::string_view example(CostUnit unit) {
  switch (unit) {
    case CostUnit::share:
      return "20 % or 10..30 %";
    case CostUnit::money:
    case CostUnit::money_per_month:
    case CostUnit::money_per_year:
      return "120k or 80k..120k";
    case CostUnit::milliseconds:
      return "250 or 200..400";
    case CostUnit::people:
    case CostUnit::months:
    case CostUnit::weeks:
    case CostUnit::years:
    case CostUnit::count:
      return "4, 3..6 or 3..4..6";
  }
  return "4 or 3..6";
}

std::string_view unit_words(CostUnit unit) {
  switch (unit) {
    case CostUnit::people:
      return "people";
    case CostUnit::months:
      return "months";
    case CostUnit::weeks:
      return "weeks";
    case CostUnit::years:
      return "years";
    case CostUnit::money:
      return "money";
    case CostUnit::money_per_month:
      return "money a month";
    case CostUnit::money_per_year:
      return "money a year";
    case CostUnit::share:
      return "a share";
    case CostUnit::milliseconds:
      return "milliseconds";
    case CostUnit::count:
      return "a number";
  }
  return "a number";
}

std::string accepted(const CostKey& key) {
  return fmt::format("give {}, for example {} = {}", unit_words(key.unit), key.name,
                     example(key.unit));
}

// A number as it is written, and the factor that its suffix stands for.
struct Written {
  double value = 0;
  std::optional<double> factor;
};

std::optional<double> factor_of(std::string_view suffix) {
  if (suffix == "k" || suffix == "K") return 1e3;
  if (suffix == "m" || suffix == "M") return 1e6;
  if (suffix == "%") return 0.01;
  return std::nullopt;
}

std::optional<Written> written(std::string_view text) {
  text = trimmed(text);
  Written number;
  const char* end = text.data() + text.size();
  // Fixed: "1e3", "nan" and "inf" are no costs.
  const auto [stopped, error] =
      std::from_chars(text.data(), end, number.value, std::chars_format::fixed);
  if (error != std::errc() || !(number.value - number.value == 0)) return std::nullopt;
  const std::string_view suffix = trimmed({stopped, static_cast<std::size_t>(end - stopped)});
  if (suffix.empty()) return number;
  number.factor = factor_of(suffix);
  return number.factor ? std::optional<Written>(number) : std::nullopt;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t dots = text.find(".."); dots != std::string_view::npos; dots = text.find("..")) {
    parts.push_back(text.substr(0, dots));
    text.remove_prefix(dots + 2);
  }
  parts.push_back(text);
  return parts;
}

// Each number of the text, suffixes applied; empty: it is no such text.
std::vector<double> numbers(std::string_view text, bool percent_allowed) {
  std::vector<Written> all;
  for (const std::string_view part : split(text)) {
    const std::optional<Written> number = written(part);
    if (!number) return {};
    if (number->factor == 0.01 && !percent_allowed) return {};
    all.push_back(*number);
  }
  std::vector<double> values;
  for (const Written& number : all)
    values.push_back(number.value * number.factor.value_or(all.back().factor.value_or(1)));
  return values;
}

// Nothing is paid to nobody, and a rewrite takes its time.
bool must_be_positive(const CostKey& key) {
  return key.otherwise == CostDefault::required || key.input == CostInput::years;
}

std::string limit(const CostKey& key) {
  return key.unit == CostUnit::share ? fmt::format("{:.0f} %", key.max * 100)
                                     : fmt::format("{:.0f}", key.max);
}

constexpr auto kLanguages = std::to_array<std::string_view>({"go", "java", "rust", "c++"});

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kWhite = " \t\r";
  const std::size_t begin = text.find_first_not_of(kWhite);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kWhite) - begin + 1);
}

Result<CostRange> parse_cost_range(std::string_view text, const CostKey& key,
                                   const CostPlace& place) {
  const std::vector<double> values = numbers(text, key.unit == CostUnit::share);
  if (values.empty() || values.size() > 3) {
    const bool comma = text.find(',') != std::string_view::npos;
    return wrong(place, key.name, text,
                 comma ? "a comma may be read in two ways" : "that is no number and no range",
                 accepted(key));
  }
  for (const double value : values) {
    if (value < 0) return wrong(place, key.name, text, "it cannot be negative", accepted(key));
    if (value == 0 && must_be_positive(key))
      return wrong(place, key.name, text, "it cannot be 0", accepted(key));
    if (value > key.max)
      return wrong(place, key.name, text, fmt::format("it is above {}", limit(key)), accepted(key));
  }
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] < values[i - 1])
      return wrong(place, key.name, text, "the range goes down",
                   "write the smaller number first, for example 3..6");
  }
  CostRange range{values.front(), values.back()};
  if (values.size() == 3) range.likely = values[1];
  return range;
}

Result<std::string> parse_target_language(std::string_view text, const CostPlace& place) {
  std::string name;
  for (const char c : trimmed(text))
    name += static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  if (name == "golang") name = "go";
  if (name == "cpp" || name == "cxx") name = "c++";
  std::vector<std::string> known;
  for (const std::string_view language : kLanguages) {
    if (name == language) return name;
    known.emplace_back(language);
  }
  const std::string meant = closest_to(name, known);
  return wrong(place, "language", text, "there is no prediction for that language",
               meant.empty() ? fmt::format("the languages are: {}", fmt::join(known, ", "))
                             : fmt::format("did you mean '{}'?", meant));
}

Result<bool> parse_memory_safety(std::string_view text, const CostPlace& place) {
  const std::string_view value = trimmed(text);
  if (value == "required" || value == "yes") return true;
  if (value == "no") return false;
  return wrong(place, "memory_safety", text, "it is required or not", "write required or no");
}

Result<std::string> parse_currency(std::string_view text, const CostPlace& place) {
  constexpr std::size_t kMaxBytes = 8;
  const std::string_view value = trimmed(text);
  bool visible = !value.empty() && value.size() <= kMaxBytes;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    visible = visible && byte > ' ' && byte != 0x7f;
  }
  if (visible) return std::string(value);
  return wrong(place, "currency", text, "that is not the short name of a currency",
               "for example currency = EUR");
}

}  // namespace boundscope
