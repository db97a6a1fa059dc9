// Returns on one screen: the ranking, then each service from the most to the least important.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "boundscope/report.h"
#include "report/columns.h"
#include "report/escape.h"
#include "report/format.h"
#include "report/roi_wording.h"
#include "report/wording.h"

namespace boundscope {
namespace {

constexpr std::size_t kOptions = 3;        // shown without -v, of each service
constexpr std::size_t kSensitivities = 4;  // same
constexpr std::size_t kNotes = 3;          // same

class ReturnText {
 public:
  ReturnText(std::ostream& out, const ReturnReport& report, const TextStyle& style)
      : out_(out), report_(report), style_(style) {
    std::vector<Return> results;
    for (const ServiceReturn& service : report.services) results.push_back(service.result);
    order_ = ranking(results);
  }

  void write() {
    const bool several = order_.size() > 1;
    head();
    if (several) table();
    for (std::size_t place = 0; place < order_.size(); ++place) {
      const ServiceReturn& service = report_.services[order_[place]];
      const std::string first = several ? fmt::format("{}. ", place + 1) : "";
      if (several && !style_.verbose)
        in_short(service, first);
      else
        in_full(service, first);
    }
    assumed();
  }

 private:
  enum class Paint { bold, dim, good, bad, warn };

  std::string painted(Paint paint, const std::string& text) const {
    if (!style_.color) return text;
    static constexpr const char* kCodes[] = {"1", "2", "1;32", "1;31", "33"};
    return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<int>(paint)], text);
  }

  static Paint paint_of(Advice advice) {
    switch (advice) {
      case Advice::rewrite:
        return Paint::good;
      case Advice::alternative:
      case Advice::undecided:
        return Paint::warn;
      case Advice::keep:
        return Paint::bad;
    }
    return Paint::warn;
  }

  void line(const std::string& text) {
    out_ << text.substr(0, text.find_last_not_of(' ') + 1) << '\n';
  }

  std::size_t shown(std::size_t rows, std::size_t most) const {
    return style_.verbose ? rows : std::min(rows, most);
  }

  void head() {
    std::string text = "Money is in " + escaped(report_.currency) + "; ranges";
    if (report_.currency.empty()) text = "Ranges";
    out_ << wrapped(text + " hold 8 of 10 cases; years and months count from today.");
  }

  // "1  trading       rewrite it in Rust        26 months    +190k  -40k to +440k    83 %"
  void table() {
    out_ << '\n'
         << painted(Paint::bold, "   " + left("Service", 13) + left("What to do", 22) +
                                     left("Pays after", 11) + left("Net of the years", 22) + "Pays")
         << '\n';
    for (std::size_t place = 0; place < order_.size(); ++place)
      table_row(place + 1, report_.services[order_[place]]);
  }

  static std::string kind_words(const Return& result) {
    switch (result.advice) {
      case Advice::rewrite:
        return fitted(option_words(result.options[*result.chosen]), 21);
      case Advice::alternative:
        return "something cheaper";
      case Advice::undecided:
        return "undecided";
      case Advice::keep:
        return "leave it as it is";
    }
    return "";
  }

  // Figures are those of what is advised; of the rewrite, if nothing is.
  void table_row(std::size_t place, const ServiceReturn& service) {
    const Return& result = service.result;
    const std::optional<std::size_t> index = result.chosen ? result.chosen : result.rewrite;
    std::string row = right(std::to_string(place), 2) + " " +
                      left(fitted(escaped(service.name), 12), 13) + left(kind_words(result), 22);
    if (index) {
      const ReturnOption& option = result.options[*index];
      row += left(duration_words(option.break_even.mid), 11) +
             left(signed_money_range(option.net), 22) + percent(option.pays_probability);
      if (!result.chosen) row += " *";
      starred_ = starred_ || !result.chosen;
    }
    line(row);
    if (result.advice == Advice::alternative)
      line(fitted(std::string(18, ' ') + option_words(result.options[*result.chosen]),
                  kPageColumns));
    if (place == order_.size() && starred_)
      out_ << painted(Paint::dim, "   * if it were rewritten all the same") << '\n';
  }

  void heading(const ServiceReturn& service, const std::string& first) {
    const Return& result = service.result;
    out_ << '\n'
         << painted(paint_of(result.advice),
                    wrapped(escaped(service.name) + ": " + advice_words(result), first));
    out_ << wrapped(reason_words(service), "   ");
  }

  void in_short(const ServiceReturn& service, const std::string& first) {
    heading(service, first);
    options(service.result);
    sensitivity(service.result, 1);
    notes(service.result, 2);
  }

  void in_full(const ServiceReturn& service, const std::string& first) {
    heading(service, first);
    figures(service.result);
    out_ << '\n';
    options(service.result);
    if (!service.result.sensitivity.empty()) out_ << '\n';
    sensitivity(service.result, kSensitivities);
    if (!service.result.notes.empty()) out_ << '\n';
    notes(service.result, kNotes);
  }

  // "   costs once        300k     360k     420k   work 300k, running both 40k"
  void figure(const char* name, const std::string& low, const std::string& middle,
              const std::string& high, const std::string& note = "") {
    std::string row = "   " + left(name, 20) + right(low, 10) + right(middle, 11) + right(high, 11);
    if (!note.empty()) row += "   " + fitted(note, kPageColumns - 58);
    line(row);
  }

  std::string parts(const std::vector<MoneyPart>& parts) const {
    if (parts.size() < 2) return "";
    std::string text;
    for (const MoneyPart& part : parts)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", part_words(part.code),
                          money(part.amount.value));
    return text;
  }

  void figures(const Return& result) {
    if (!result.rewrite) return;
    const ReturnOption& option = result.options[*result.rewrite];
    out_ << '\n'
         << painted(Paint::bold, "   " + left("The rewrite", 20) + right("10 %", 10) +
                                     right("middle", 11) + right("90 %", 11))
         << '\n';
    figure("costs once", money(option.once.low), money(option.once.value), money(option.once.high));
    part_lines(option.once_parts);
    figure("brings in a month", money(option.monthly.low), money(option.monthly.value),
           money(option.monthly.high));
    part_lines(option.monthly_parts);
    if (option.needed_monthly)
      figure("needed a month", money(option.needed_monthly->low),
             money(option.needed_monthly->value), money(option.needed_monthly->high));
    figure("has paid back after", duration_words(option.break_even.low),
           duration_words(option.break_even.mid), duration_words(option.break_even.high));
    figure(fmt::format("net after {} years", number(result.years)).c_str(),
           signed_money(option.net.low), signed_money(option.net.value),
           signed_money(option.net.high),
           fmt::format("above 0 in {}", percent(option.pays_probability)));
  }

  void part_lines(const std::vector<MoneyPart>& parts) {
    if (parts.size() < 2 && !style_.verbose) return;
    for (const MoneyPart& part : parts)
      figure(("  " + part_words(part.code)).c_str(), money(part.amount.low),
             money(part.amount.value), money(part.amount.high));
  }

  static std::string gains(const ReturnOption& option) {
    std::string text;
    for (const GoalGain& gain : option.gains)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", to_string(gain.goal),
                          ratio_range(gain.gain.low, gain.gain.high));
    return text.empty() ? "nothing predicted" : text;
  }

  void option_row(const std::string& net, const std::string& words) {
    out_ << wrapped(words, "   " + left(net, 19));
  }

  // Best first, with what it is like to do nothing in its place.
  void options(const Return& result) {
    out_ << painted(Paint::bold,
                    "   " + left("Net", 19) + "Options, best first, and what they gain")
         << '\n';
    bool as_it_is = false;
    std::size_t rows = 0;
    for (std::size_t i = 0; i < result.options.size(); ++i) {
      const ReturnOption& option = result.options[i];
      const bool argued = result.chosen == i || result.rewrite == i;
      if (!argued && rows >= shown(result.options.size(), kOptions)) continue;
      if (!as_it_is && option.net.value < 0) {
        option_row("0", "leave it as it is");
        as_it_is = true;
      }
      option_row(signed_money_range(option.net), option_words(option) + ": " + gains(option));
      ++rows;
    }
    if (!as_it_is) option_row("0", "leave it as it is");
  }

  void sensitivity(const Return& result, std::size_t most) {
    if (result.sensitivity.empty()) return;
    out_ << painted(Paint::bold,
                    "   " + left("What the rewrite's net hangs on most", 50) + "net, at the ends")
         << '\n';
    const std::size_t rows = shown(result.sensitivity.size(), most);
    for (std::size_t i = 0; i < rows; ++i) {
      const Sensitivity& row = result.sensitivity[i];
      const std::string ends =
          row.supposed
              ? input_value(row.input, (row.low + row.high) / 2) + ", a quarter off"
              : input_value(row.input, row.low) + " or " + input_value(row.input, row.high);
      line("   " + left(input_words(row.input), 27) + left(ends, 23) +
           fmt::format("{} or {}", signed_money(row.net_low), signed_money(row.net_high)));
    }
  }

  void notes(const Return& result, std::size_t most) {
    const std::size_t rows = shown(result.notes.size(), most);
    for (std::size_t i = 0; i < rows; ++i)
      out_ << wrapped(sentence(note_words(result.notes[i])), "   ! ");
    if (rows < result.notes.size())
      out_ << wrapped(fmt::format("and {} more: -v shows them", result.notes.size() - rows),
                      "     ");
  }

  void assumed() {
    std::vector<CostInput> inputs;
    for (const ServiceReturn& service : report_.services)
      for (const CostInput input : service.result.assumed)
        if (std::find(inputs.begin(), inputs.end(), input) == inputs.end()) inputs.push_back(input);
    std::string text;
    for (const CostInput input : inputs)
      text += (text.empty() ? "because it is not given: " : ", ") + assumed_words(input);
    out_ << '\n'
         << painted(Paint::dim, wrapped("Assumed: " + not_modelled_words() +
                                        (text.empty() ? "" : "; " + text) + "."));
  }

  std::ostream& out_;
  const ReturnReport& report_;
  const TextStyle& style_;
  std::vector<std::size_t> order_;
  bool starred_ = false;
};

}  // namespace

void write_returns(std::ostream& out, const ReturnReport& report, const TextStyle& style) {
  ReturnText(out, report, style).write();
}

}  // namespace boundscope
