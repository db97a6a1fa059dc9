// The table of priors, and files that take its place.
#include "boundscope/priors.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

namespace boundscope {
namespace {

std::string line(const std::string& quantiles, const std::string& n = "3") {
  return "code\tpython\tgo\t" + quantiles + "\t" + n + "\tmeasured\t2026-11\tours\n";
}

std::string message_of(const std::string& text) {
  const Result<Priors> priors = with_priors(text, "mine.tsv");
  return priors ? "" : priors.error().message;
}

TEST_CASE("priors: the built-in table is read, whole") {
  const Priors& priors = built_in_priors();

  CHECK(priors.cells.size() > 100);
  CHECK(priors.cells.back().kind == PriorKind::request);
  for (const Prior& cell : priors.cells) {
    INFO(to_string(cell.kind) << ' ' << cell.from << ' ' << cell.to);
    CHECK(cell.quantiles.p10 > 0);
    CHECK(cell.quantiles.p10 <= cell.quantiles.p50);
    CHECK(cell.quantiles.p50 <= cell.quantiles.p90);
    CHECK_FALSE(cell.sources.empty());
    CHECK(cell.date.size() == 7);
  }
}

TEST_CASE("priors: what has a cell for code has one for everything else that a rewrite touches") {
  const Priors& priors = built_in_priors();
  for (const Prior& code : priors.cells) {
    if (code.kind != PriorKind::code) continue;
    for (const PriorKind kind :
         {PriorKind::runtime, PriorKind::builtin, PriorKind::gc, PriorKind::stops,
          PriorKind::library, PriorKind::kernel, PriorKind::implementation, PriorKind::rss,
          PriorKind::room, PriorKind::base, PriorKind::request}) {
      INFO(to_string(kind) << ' ' << code.from << ' ' << code.to);
      CHECK(priors.find(kind, code.from, code.to) != nullptr);
    }
  }
}

TEST_CASE("priors: targets are languages one can ask about") {
  const auto targets = built_in_priors().targets();

  for (const char* name : {"go", "java", "rust", "c++"}) {
    CHECK(std::find(targets.begin(), targets.end(), name) != targets.end());
  }
  CHECK(std::find(targets.begin(), targets.end(), "pypy") == targets.end());
}

TEST_CASE("priors: a file takes the place of cells and leaves the others") {
  const Result<Priors> priors = with_priors("# ours\n\n" + line("8\t20\t40"), "mine.tsv");

  REQUIRE(priors);
  const Prior* cell = priors->find(PriorKind::code, "python", "go");
  REQUIRE(cell != nullptr);
  CHECK(cell->quantiles.p50 == 20);
  CHECK(cell->file == "mine.tsv");
  CHECK(cell->n == 3);
  CHECK(priors->find(PriorKind::code, "python", "rust")->file == "built-in");
}

TEST_CASE("priors: the exact pair comes before the wider ones") {
  const std::string text =
      "kernel\t*\t*\t1\t1\t1\t0\telicited\t2026-11\ta\n"
      "kernel\t*\tgo\t1\t2\t3\t0\telicited\t2026-11\tb\n"
      "kernel\tpython\t*\t1\t3\t4\t0\telicited\t2026-11\tc\n";
  const Result<Priors> priors = with_priors(text, "mine.tsv");

  REQUIRE(priors);
  CHECK(priors->find(PriorKind::kernel, "python", "go")->quantiles.p50 == 1.2);  // built in
  CHECK(priors->find(PriorKind::kernel, "go", "go")->quantiles.p50 == 2);
  CHECK(priors->find(PriorKind::kernel, "python", "zig")->quantiles.p50 == 3);
  CHECK(priors->find(PriorKind::kernel, "perl", "zig")->quantiles.p50 == 1);
  CHECK(priors->find(PriorKind::code, "perl", "zig") == nullptr);
}

TEST_CASE("priors: a damaged line is named") {
  CHECK(message_of("# a\ncode\tpython\tgo\n") ==
        "priors mine.tsv, line 2: 3 columns instead of 10");
  for (const char* quantiles : {"8\t20\tx", "8\t20\tnan", "8\t20\tinf", "0\t20\t40", "-1\t20\t40",
                                "8\t20\t1e9", "20\t8\t40", "8\t\t40", "8 \t20\t40"}) {
    CHECK_MESSAGE(message_of(line(quantiles)).starts_with("priors mine.tsv, line 1: "), quantiles);
  }
  CHECK(message_of(line("8\t20\t40", "-1")) == "priors mine.tsv, line 1: n is not a count: -1");
  CHECK(message_of("speed\tpython\tgo\t1\t2\t3\t0\tmeasured\t2026-11\ta\n") ==
        "priors mine.tsv, line 1: no such kind: speed");
  CHECK(message_of("code\tpython\tGo!\t1\t2\t3\t0\tmeasured\t2026-11\ta\n") ==
        "priors mine.tsv, line 1: not a language: Go!");
  CHECK(message_of("code\tpython\tgo\t1\t2\t3\t0\tguessed\t2026-11\ta\n")
            .starts_with("priors mine.tsv, line 1: evidence"));
  CHECK(message_of("code\tpython\tgo\t1\t2\t3\t0\tmeasured\t2026-11\t\x1b[2J\n")
            .starts_with("priors mine.tsv, line 1: a control character"));
  CHECK_FALSE(message_of("").empty());
  CHECK_FALSE(message_of(std::string(100, '\0')).empty());
}

}  // namespace
}  // namespace boundscope
