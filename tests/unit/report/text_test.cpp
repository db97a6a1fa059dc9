#include <doctest/doctest.h>

#include <sstream>

#include "boundscope/report.h"
#include "report/columns.h"
#include "report/escape.h"
#include "unit/report/sample_analysis.h"

using namespace boundscope;

namespace {

std::string text_of(const Recording& recording, const Analysis& analysis, TextStyle style = {}) {
  std::ostringstream out;
  write_text(out, recording, analysis, style);
  return out.str();
}

std::string text_of(const Analysis& analysis, TextStyle style = {}) {
  return text_of(sample_recording("payments"), analysis, style);
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Analysis with_verdict(Bound bound, Cause cause, std::vector<Reason> reasons) {
  Analysis analysis = sample_analysis("payments");
  analysis.verdict = {bound, cause, 0.9, std::move(reasons)};
  return analysis;
}

}  // namespace

TEST_CASE("text: no line is wider than 80 columns, whatever things are called") {
  for (const std::string& name : {std::string("payments"), std::string(), hostile_name()}) {
    for (const bool verbose : {false, true}) {
      std::istringstream lines(text_of(sample_recording(name), sample_analysis(name),
                                       {.color = false, .verbose = verbose}));
      for (std::string line; std::getline(lines, line);)
        CHECK_MESSAGE(columns_of(line) <= kPageColumns, line);
    }
  }
}

TEST_CASE("text: no control byte of a name reaches the terminal") {
  const std::string text =
      text_of(sample_recording(hostile_name()), sample_analysis(hostile_name()),
              {.color = false, .verbose = true});

  for (const char c : text) CHECK((c == '\n' || static_cast<unsigned char>(c) >= 0x20));
  CHECK_FALSE(contains(text, "\xe2\x80\xae"));
  CHECK_FALSE(contains(text, "\xff"));
}

TEST_CASE("text: colours only when asked for") {
  const Analysis analysis = sample_analysis("payments");

  CHECK_FALSE(contains(text_of(analysis), "\x1b["));
  CHECK(contains(text_of(analysis, {.color = true, .verbose = false}), "\x1b[1;31m"));
}

TEST_CASE("text: the verdict comes first and says what a rewrite cannot do") {
  const std::string text = text_of(with_verdict(
      Bound::io, Cause::upstream, {{"upstream_share", 0.93, 0.91, 0.95, 0.5, "10.0.0.7:5432"}}));

  const std::size_t verdict =
      text.find("I/O-bound: requests wait for 10.0.0.7:5432 (93 % of their time).");
  CHECK(verdict < text.find("Load"));
  CHECK(contains(text, "A rewrite cannot make the waiting shorter"));
}

TEST_CASE("text: an idle service is told what to do, not what to rewrite") {
  const std::string text =
      text_of(with_verdict(Bound::idle, Cause::none, {{"idle_share", 0.99, 0.98, 1, 0.9, ""}}));

  CHECK(contains(text, "Idle: "));
  CHECK(contains(text, "Measure again under its usual load"));
}

TEST_CASE("text: an inconclusive answer says why and what to do") {
  const std::string text = text_of(
      with_verdict(Bound::inconclusive, Cause::none, {{"too_few_requests", 12, 12, 12, 100, ""}}));

  CHECK(contains(text, "Inconclusive: 12 requests were seen where 100 are needed."));
  CHECK(contains(text, "Measure under more load"));
  CHECK_FALSE(contains(text, "Confidence"));
}

TEST_CASE("text: the thread view is announced as such") {
  Analysis analysis = sample_analysis("payments");
  analysis.load = {};
  analysis.request_time.clear();

  const std::string text = text_of(analysis);

  CHECK(contains(text, "thread view"));
  CHECK(contains(text, "Where the time of its busy threads goes"));
  CHECK_FALSE(contains(text, "Where a request's time goes"));
}

TEST_CASE("text: -v shows the caveats that the screen leaves out") {
  const Analysis analysis = sample_analysis("payments");

  // The sample has every caveat there is, and the screen shows four.
  const std::string more = std::to_string(analysis.caveats.size() - 4) + " more: -v shows them";
  CHECK(contains(text_of(analysis), more));
  CHECK_FALSE(contains(text_of(analysis), "keep 0.50 CPUs busy"));
  CHECK(contains(text_of(analysis, {.color = false, .verbose = true}), "keep 0.50 CPUs busy"));
}

TEST_CASE("text: an analysis of nothing is still a report") {
  const std::string text = text_of(Recording{}, Analysis{});

  CHECK(contains(text, "Inconclusive"));
  CHECK_FALSE(contains(text, "nan"));
}

TEST_CASE("text: every cause has a sentence of its own") {
  std::string seen;
  for (int i = 1; i <= static_cast<int>(Cause::pool); ++i) {
    const auto cause = static_cast<Cause>(i);
    const std::string text = text_of(with_verdict(Bound::cpu, cause, {}));
    const std::size_t begin = text.find("\n\n") + 2;
    const std::string line = text.substr(begin, text.find('\n', begin) - begin);

    CHECK_FALSE(contains(line, "Inconclusive"));
    CHECK_FALSE(contains(seen, line));
    seen += line + '\n';
  }
}

TEST_CASE("host checks: the command that closes a gap can be copied in one piece") {
  std::ostringstream out;
  const std::string command = "sysctl " + std::string(90, 'a') + " b";

  write_host_checks(out, {{"btf", CapabilityState::available, "found", ""},
                          {"paranoid", CapabilityState::absent, "level 4\x1b", command}});

  CHECK(contains(out.str(), command));
  CHECK(contains(out.str(), "1 of 2 checks"));
  CHECK_FALSE(contains(out.str(), "\x1b"));
}
