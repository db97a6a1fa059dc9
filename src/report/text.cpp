// The answer on one screen. Sections from the most to the least important; each leaves out what was
// not measured.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "boundscope/report.h"
#include "report/columns.h"
#include "report/escape.h"
#include "report/format.h"
#include "report/memory_lines.h"
#include "report/summary.h"
#include "report/totals.h"
#include "report/wording.h"

namespace boundscope {
namespace {

constexpr double kSmallShare = 0.01;  // rows below are shown by -v only
constexpr std::size_t kReasons = 3;   // shown without -v
constexpr std::size_t kAlternatives = 3;
constexpr std::size_t kCaveats = 4;

// "go 1.25.1"; versions such as "go1.25.1" speak for themselves.
std::string runtime_words(const TargetProcess& process) {
  std::string name(to_string(process.runtime));
  std::string version = escaped(process.runtime_version);
  if (version.empty()) return name;
  return version.starts_with(name) ? version : name + " " + version;
}

class TextReport {
 public:
  TextReport(std::ostream& out, const Recording& recording, const Analysis& analysis,
             const TextStyle& style)
      : out_(out),
        recording_(recording),
        analysis_(analysis),
        style_(style),
        totals_(totals_of(recording)) {}

  void write() {
    target();
    verdict();
    load();
    memory();
    request_time();
    thread_time();
    cpu_time();
    rewrite();
    alternatives();
    caveats();
    cost();
  }

 private:
  enum class Paint { bold, dim, good, bad, warn };

  std::string painted(Paint paint, const std::string& text) const {
    if (!style_.color) return text;
    static constexpr const char* kCodes[] = {"1", "2", "1;32", "1;31", "33"};
    return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<int>(paint)], text);
  }

  void heading(const std::string& text) { out_ << '\n' << painted(Paint::bold, text) << '\n'; }

  void paragraph(const std::string& text, std::string_view first = "  ") {
    out_ << wrapped(text, first);
  }

  std::size_t shown(std::size_t rows, std::size_t most) const {
    return style_.verbose ? rows : std::min(rows, most);
  }

  void target() {
    std::string who = escaped(recording_.header.target);
    if (!recording_.processes.empty()) {
      const TargetProcess& root = recording_.processes.front();
      who = fmt::format("{} (pid {}", escaped(root.comm), root.pid);
      if (recording_.processes.size() > 1)
        who += fmt::format(" and {} more", recording_.processes.size() - 1);
      who += ")";
      if (root.runtime != Runtime::unknown) who += ", " + runtime_words(root);
    }
    out_ << wrapped(fmt::format("{}; {} from {}", who, seconds(totals_.duration_s),
                                escaped(recording_.header.started)));
  }

  void verdict() {
    const Verdict& verdict = analysis_.verdict;
    out_ << '\n' << painted(verdict_paint(), wrapped(verdict_sentence(analysis_)));
    out_ << wrapped(consequence_sentence(analysis_));
    if (verdict.bound != Bound::inconclusive)
      out_ << "Confidence " << percent(verdict.confidence) << (verdict.reasons.empty() ? "." : ":")
           << '\n';
    // An inconclusive answer opens with its first reason.
    const std::size_t first = verdict.bound == Bound::inconclusive ? 1 : 0;
    for (std::size_t i = first; i < shown(verdict.reasons.size(), first + kReasons); ++i)
      paragraph(reason_words(verdict.reasons[i], analysis_.load.view), "  - ");
  }

  Paint verdict_paint() const {
    const Bound bound = analysis_.verdict.bound;
    if (bound == Bound::inconclusive) return Paint::warn;
    return bound == Bound::idle ? Paint::good : Paint::bad;
  }

  void load() {
    const Load& load = analysis_.load;
    heading("Load");
    if (load.view == View::threads)
      paragraph("thread view: no requests to measure by; shares are of the time of busy threads");
    std::string requests;
    if (load.requests_per_s) requests = number(*load.requests_per_s) + " requests/s";
    if (load.in_flight) requests += fmt::format(", {} in flight", number(*load.in_flight));
    if (load.latency_mean_ms) requests += ", latency mean " + milliseconds(*load.latency_mean_ms);
    if (load.latency_p50_ms) requests += ", p50 " + milliseconds(*load.latency_p50_ms);
    if (load.latency_p99_ms) requests += ", p99 " + milliseconds(*load.latency_p99_ms);
    if (!requests.empty()) paragraph(requests);

    std::string cpu = fmt::format("{} of {} CPU cores", number(load.cpu_cores),
                                  number(recording_.header.cpu_limit));
    if (load.busiest_thread_share)
      cpu += fmt::format(", busiest thread {} ({})", percent(*load.busiest_thread_share),
                         escaped(load.busiest_thread));
    if (load.idle_share) cpu += fmt::format(", idle {}", percent(*load.idle_share));
    paragraph(cpu);
  }

  // Shares of next to nothing only distract from "idle".
  bool next_to_no_work() const { return analysis_.verdict.bound == Bound::idle && !style_.verbose; }

  // "  waiting for upstream   93 %  91 to 95 %    ############      10.0.0.7:5432"
  void share_row(const std::string& label, double share, const std::string& range,
                 const std::string& note) {
    const std::string row = "  " + left(label, 22) + right(percent(share), 6) + "  " +
                            left(range, 12) + "  " + bar(share, 14) + "  " + fitted(note, 18);
    out_ << row.substr(0, row.find_last_not_of(' ') + 1) << '\n';
  }

  // The largest detail stands beside its row; all of them below it with -v.
  static std::string largest(const std::vector<Detail>& details) {
    if (details.empty()) return "";
    if (details.size() == 1) return detail_words(details[0].name);
    const std::string more = fmt::format(" +{}", details.size() - 1);
    return fitted(detail_words(details[0].name), 18 - more.size()) + more;
  }

  void details(const std::vector<Detail>& details) {
    if (!style_.verbose) return;
    for (const Detail& detail : details)
      out_ << "    " << left(detail_words(detail.name), 20) << right(percent(detail.share), 6)
           << '\n';
  }

  template <class Row>
  void shares(const std::vector<Row>& rows, std::string (*words)(const Row&)) {
    for (const Row& row : rows) {
      if (row.share.value < kSmallShare && !style_.verbose) continue;
      share_row(words(row), row.share.value, percent_range(row.share),
                style_.verbose ? "" : largest(row.detail));
      details(row.detail);
    }
  }

  void request_time() {
    if (analysis_.request_time.empty() || next_to_no_work()) return;
    heading(left("Where a request's time goes", 32) + "90 % range");
    shares<RequestShare>(analysis_.request_time,
                         [](const RequestShare& row) { return component_words(row.component); });
  }

  void thread_time() {
    if (analysis_.load.view == View::requests && !style_.verbose) return;
    if (analysis_.thread_time.empty()) return;
    heading("Where the time of its busy threads goes");
    for (const ThreadTime& row : analysis_.thread_time)
      if (row.share >= kSmallShare || style_.verbose)
        share_row(state_words(row.state), row.share, "", "");
  }

  void cpu_time() {
    if (analysis_.cpu_time.empty()) return;
    heading(left("What its CPU time is", 32) + "90 % range");
    shares<CpuShare>(analysis_.cpu_time,
                     [](const CpuShare& row) { return owner_words(row.owner); });
  }

  void memory() {
    const MemorySummary& memory = analysis_.memory;
    if (!memory.rss_bytes && !analysis_.gc) return;
    std::string line;
    if (memory.rss_bytes) line = bytes(*memory.rss_bytes) + " of memory";
    if (memory.limit_bytes) line += " of " + bytes(*memory.limit_bytes) + " allowed";
    if (memory.swap_bytes.value_or(0) > 0) line += ", " + bytes(*memory.swap_bytes) + " in swap";
    if (memory.major_faults_per_s.value_or(0) > 0)
      line += fmt::format(", {} major faults/s", number(*memory.major_faults_per_s));
    if (memory.stall_share) {
      const double share = *memory.stall_share;
      const std::string range = percent_range(
          {share, memory.stall_low.value_or(share), memory.stall_high.value_or(share)});
      line += fmt::format(", {}{} of its CPU time in user space waiting for it", percent(share),
                          range.empty() ? "" : " (" + range + ")");
    }
    if (!line.empty()) paragraph(line);
    for (const std::string& more : memory_lines(memory)) paragraph(more);
    if (!analysis_.gc) return;
    const GcSummary& gc = *analysis_.gc;
    std::string heap;
    if (gc.live_heap_bytes) heap = bytes(*gc.live_heap_bytes) + " of live objects";
    if (gc.heap_goal_bytes)
      heap +=
          (heap.empty() ? "" : ", ") + bytes(*gc.heap_goal_bytes) + " until the next collection";
    if (!heap.empty()) paragraph(heap);
    if (gc.pauses && gc.pause_total_ms && gc.pause_max_ms) {
      paragraph(fmt::format("stopped by its runtime {} times, {} in total, {} at most",
                            number(*gc.pauses), milliseconds(*gc.pause_total_ms),
                            milliseconds(*gc.pause_max_ms)));
    } else if (!gc.missing.empty()) {
      paragraph("stops of its runtime are not known: " + escaped(gc.missing));
    }
  }

  // "+ 1.20 to 1.50x": the answer as a sign, and the range.
  static std::string cell(const Gain& gain) {
    if (!gain.gain) return "  not known";
    const char* sign = gain.answer == Answer::plausible  ? "+ "
                       : gain.answer == Answer::unlikely ? "- "
                                                         : "? ";
    return sign + ratio_span(gain.gain->low, gain.gain->high);
  }

  void languages(const std::vector<LanguageGains>& to) {
    constexpr std::size_t kCell = 17;
    out_ << "  " << left("", 9) << left("  latency", kCell) << left("  tail (p99)", kCell)
         << left("  CPU/request", kCell) << "  memory\n";
    for (const LanguageGains& gains : to) {
      std::string row = "  " + left(escaped(gains.language), 9);
      for (const Gain* gain : {&gains.latency, &gains.tail, &gains.capacity, &gains.memory})
        row += left(cell(*gain), kCell);
      out_ << fitted(row.substr(0, row.find_last_not_of(' ') + 1), kPageColumns) << '\n';
    }
  }

  // "  latency   unlikely: 93 % of the request time is waiting, which stays ..."
  void goal(std::string_view name, const Gain& gain, const std::string& now) {
    const std::string words = gain_words(gain.reason);
    paragraph(std::string(to_string(gain.answer)) + (now.empty() ? "" : " (now " + now + ")") +
                  (words.empty() ? "" : ": " + words),
              "  " + left(name, 9));
  }

  static std::string now(const std::optional<double>& value, std::string (*unit)(double)) {
    return value ? unit(*value) : "";
  }

  void goals(const LanguageGains& gains) {
    const Load& load = analysis_.load;
    paragraph(fmt::format("for {}:", escaped(gains.language)));
    goal("latency", gains.latency, now(load.latency_mean_ms, milliseconds));
    goal("tail", gains.tail, now(load.latency_p99_ms, milliseconds));
    goal("capacity", gains.capacity, number(load.cpu_cores) + " cores");
    const MemorySummary& memory = analysis_.memory;
    const bool shared = memory.pss_bytes && memory.processes.value_or(1) > 1;
    goal("memory", gains.memory, now(shared ? memory.pss_bytes : memory.rss_bytes, bytes));
    if (gains.throughput.gain)
      paragraph(fmt::format("throughput at saturation: {} as much",
                            ratio_range(gains.throughput.gain->low, gains.throughput.gain->high)));
    if (!style_.verbose) return;
    for (const Prior& prior : gains.priors) paragraph(prior_words(prior), "    ");
  }

  void language_bound() {
    const Rewrite& rewrite = analysis_.rewrite;
    std::string line;
    const auto add = [&](const std::optional<Estimate>& share, const char* what) {
      if (!share) return;
      const std::string range = percent_range(*share);
      line += (line.empty() ? "language-bound (its code, runtime, collector, built-ins): " : ", ") +
              (range.empty() ? percent(share->value) : range) + " of " + what;
    };
    add(rewrite.language_request_time, "the request time");
    add(rewrite.language_cpu_time, "the CPU time");
    if (!line.empty()) paragraph(line);
  }

  void rewrite() {
    const Rewrite& rewrite = analysis_.rewrite;
    if (rewrite.to.empty() || next_to_no_work()) return;
    heading("What a rewrite could change (before/after; 1x is nothing)     80 % range");
    languages(rewrite.to);
    paragraph("1.2x or more is: + plausible, - unlikely, ? may or may not be");
    language_bound();
    for (std::size_t i = 0; i < shown(rewrite.to.size(), 1); ++i) goals(rewrite.to[i]);
    std::string assumed;
    for (const std::string& code : rewrite.assumes)
      assumed += (assumed.empty() ? "assumed: " : "; ") + assumption_words(code);
    if (!assumed.empty()) paragraph(assumed);
  }

  void alternative(const Alternative& row) {
    if (row.action == "no_action") return paragraph(action_words(row), "  ");
    const std::string cells = "  " + left(to_string(row.goal), 9) +
                              left(ratio_span(row.gain.low, row.gain.high), 15) + "  ";
    paragraph(action_words(row), cells);
  }

  // The first rows of each goal, and the rewrite to compare them with.
  void alternatives() {
    if (analysis_.alternatives.empty()) return;
    const bool only_rewrites =
        std::all_of(analysis_.alternatives.begin(), analysis_.alternatives.end(),
                    [](const Alternative& row) { return row.action == "rewrite"; });
    if (only_rewrites && !style_.verbose) return;
    heading("What else could help, beside a rewrite (gains do not add up)");
    std::size_t others = 0;
    for (std::size_t i = 0; i < analysis_.alternatives.size(); ++i) {
      const Alternative& row = analysis_.alternatives[i];
      if (i > 0 && analysis_.alternatives[i - 1].goal != row.goal) others = 0;
      const bool rewrite = row.action == "rewrite";
      if (style_.verbose || rewrite || others < kAlternatives) alternative(row);
      others += rewrite ? 0 : 1;
    }
  }

  void caveats() {
    if (analysis_.caveats.empty()) return;
    heading("Before you rely on this");
    const std::size_t most = shown(analysis_.caveats.size(), kCaveats);
    for (std::size_t i = 0; i < most; ++i) {
      const CaveatWords words = caveat_words(analysis_.caveats[i], recording_);
      paragraph(sentence(words.text) + (words.advice.empty() ? "" : " " + sentence(words.advice)),
                "  ! ");
    }
    if (most < analysis_.caveats.size())
      paragraph(fmt::format("and {} more: -v shows them", analysis_.caveats.size() - most));
  }

  void cost() {
    if (!totals_.tool_cpu_cores) return;
    std::string line = fmt::format("boundscope used {} CPU cores", number(*totals_.tool_cpu_cores));
    if (totals_.tool_rss_bytes) line += " and " + bytes(*totals_.tool_rss_bytes) + " of memory";
    if (totals_.on_target_share)
      line += fmt::format("; its probes took {} of the target's CPU time",
                          percent(*totals_.on_target_share));
    line += fmt::format(
        "; {} samples, {}", totals_.samples,
        totals_.lost == 0
            ? "nothing lost"
            : fmt::format("lost records: {} ({})", totals_.lost,
                          escaped(fmt::format("{}", fmt::join(totals_.lost_what, ", ")))));
    out_ << '\n' << painted(Paint::dim, wrapped(line));
  }

  std::ostream& out_;
  const Recording& recording_;
  const Analysis& analysis_;
  const TextStyle& style_;
  const RecordingTotals totals_;
};

}  // namespace

void write_text(std::ostream& out, const Recording& recording, const Analysis& analysis,
                const TextStyle& style) {
  TextReport(out, recording, analysis, style).write();
}

}  // namespace boundscope
