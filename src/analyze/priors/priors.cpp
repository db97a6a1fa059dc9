// Reading and asking the table of priors.
#include "boundscope/priors.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "analyze/priors/table.h"

namespace boundscope {
namespace {

using Texts = std::vector<std::string_view>;

constexpr std::size_t kColumns = 10;
constexpr double kLargest = 1e6;  // nothing known differs by more
constexpr std::size_t kMostCells = 100'000;

constexpr std::array<std::string_view, kPriorKinds> kKinds{
    "code",   "runtime",        "builtin", "primitive", "gc",   "stops", "library", "jitter",
    "kernel", "implementation", "rss",     "objects",   "room", "base",  "jit",     "request"};

Texts split(std::string_view text, char separator) {
  Texts parts;
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<PriorKind> kind_named(std::string_view name) {
  const auto found = std::find(kKinds.begin(), kKinds.end(), name);
  if (found == kKinds.end()) return std::nullopt;
  return static_cast<PriorKind>(found - kKinds.begin());
}

// Also rejects what from_chars takes beside numbers: inf and nan.
std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 0x7f; });
}

bool is_language(std::string_view text) {
  return !text.empty() && text.size() <= 20 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '#' || c == '-' ||
           c == '*';
  });
}

class Reader {
 public:
  Reader(Priors& priors, const std::string& file) : priors_(&priors), file_(&file) {}

  std::optional<Error> read(std::string_view text) {
    for (std::string_view line : split(text, '\n')) {
      ++line_;
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line.empty() || line.front() == '#') continue;
      if (auto error = read_line(line)) return error;
    }
    if (cells_ == 0) return problem("no cell in the whole file");
    return std::nullopt;
  }

 private:
  Error problem(const std::string& what) const {
    return {ErrorKind::data, "priors " + *file_ + ", line " + std::to_string(line_) + ": " + what,
            "docs/rewrite.md, \"Priors\", has the columns; they are separated by tabs"};
  }

  std::optional<Error> read_line(std::string_view line) {
    if (!is_printable_but_tabs(line)) return problem("a control character");
    const Texts columns = split(line, '\t');
    if (columns.size() != kColumns) {
      return problem(std::to_string(columns.size()) + " columns instead of " +
                     std::to_string(kColumns));
    }
    Prior prior;
    const auto kind = kind_named(columns[0]);
    if (!kind) return problem("no such kind: " + std::string(columns[0]));
    prior.kind = *kind;
    if (auto error = read_quantiles({columns[3], columns[4], columns[5]}, prior.quantiles)) {
      return error;
    }
    const auto n = number_of(columns[6]);
    if (!n || *n < 0 || *n > kLargest || *n != std::floor(*n)) {
      return problem("n is not a count: " + std::string(columns[6]));
    }
    prior.n = static_cast<unsigned>(*n);
    prior.evidence = columns[7];
    if (prior.evidence != "measured" && prior.evidence != "elicited" && prior.evidence != "mixed") {
      return problem("evidence is none of measured, elicited, mixed: " + prior.evidence);
    }
    prior.date = columns[8];
    prior.sources = columns[9];
    prior.file = *file_;
    return add_pairs(columns[1], columns[2], prior);
  }

  static bool is_printable_but_tabs(std::string_view line) {
    const Texts columns = split(line, '\t');
    return std::all_of(columns.begin(), columns.end(), is_printable);
  }

  std::optional<Error> read_quantiles(const std::array<std::string_view, 3>& texts,
                                      Quantiles& quantiles) const {
    std::array<double, 3> values{};
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto value = number_of(texts[i]);
      if (!value || !(*value > 1 / kLargest) || !(*value < kLargest)) {
        return problem("not a number above 0: " + std::string(texts[i]));
      }
      values[i] = *value;
    }
    quantiles = {values[0], values[1], values[2]};
    if (!(values[0] <= values[1] && values[1] <= values[2])) {
      return problem("p10, p50 and p90 are not in ascending order");
    }
    return std::nullopt;
  }

  std::optional<Error> add_pairs(std::string_view from, std::string_view to, Prior prior) {
    for (const std::string_view source : split(from, '|')) {
      for (const std::string_view target : split(to, '|')) {
        if (!is_language(source)) return problem("not a language: " + std::string(source));
        if (!is_language(target)) return problem("not a language: " + std::string(target));
        if (++cells_ > kMostCells) return problem("too many cells");
        prior.from = source;
        prior.to = target;
        priors_->cells.push_back(prior);
      }
    }
    return std::nullopt;
  }

  Priors* priors_;
  const std::string* file_;
  std::size_t line_ = 0;
  std::size_t cells_ = 0;
};

}  // namespace

const Prior* Priors::find(PriorKind kind, std::string_view from, std::string_view to) const {
  const Prior* best = nullptr;
  int best_rank = -1;
  for (const Prior& cell : cells) {
    if (cell.kind != kind) continue;
    const bool from_any = cell.from == "*", to_any = cell.to == "*";
    if ((!from_any && cell.from != from) || (!to_any && cell.to != to)) continue;
    const int rank = (to_any ? 0 : 2) + (from_any ? 0 : 1);
    if (rank >= best_rank) {
      best = &cell;
      best_rank = rank;
    }
  }
  return best;
}

std::vector<std::string> Priors::targets() const {
  std::set<std::string> names;
  for (const Prior& cell : cells) {
    if (cell.kind == PriorKind::code && cell.to != "*") names.insert(cell.to);
  }
  return {names.begin(), names.end()};
}

const Priors& built_in_priors() {
  static const Priors priors = [] {
    Priors table;
    const std::string name = "built-in";
    for (const PriorTable& text : prior_tables()) {
      [[maybe_unused]] const auto error = Reader(table, name).read(text.text);
      assert(!error);  // a unit test reads it
    }
    return table;
  }();
  return priors;
}

Result<Priors> with_priors(std::string_view text, const std::string& file) {
  Priors priors = built_in_priors();
  if (const auto error = Reader(priors, file).read(text)) return *error;
  return priors;
}

std::string_view to_string(PriorKind value) { return kKinds[static_cast<std::size_t>(value)]; }

}  // namespace boundscope
