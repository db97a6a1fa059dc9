// `boundscope roi` as it is typed: what it answers, and what it refuses with which words.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "cli/run_program.h"

using namespace boundscope;

namespace {

const std::string kWaiting = BOUNDSCOPE_GOLDEN "/io_upstream/recording.jsonl";
const std::string kComputing = BOUNDSCOPE_GOLDEN "/cpu_language/recording.jsonl";
const std::string kBatch = BOUNDSCOPE_GOLDEN "/batch_threads/recording.jsonl";
const std::string kIdle = BOUNDSCOPE_GOLDEN "/idle/recording.jsonl";
const std::string kCosts = " --team 3 --months 6..9 --salary 120k ";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string failure(const std::string& arguments, int status) {
  const Run run = run_boundscope("roi " + arguments);
  CHECK_MESSAGE(run.status == status, arguments);
  CHECK(run.out.empty());
  CHECK(run.err.starts_with("boundscope: "));
  return run.err;
}

nlohmann::json answer(const std::string& arguments) {
  const Run run = run_boundscope("roi --format json " + arguments);
  CHECK_MESSAGE(run.status == 0, run.err);
  return nlohmann::json::parse(run.out);
}

}  // namespace

TEST_CASE("cli roi: costs from flags, a ranking of several recordings") {
  const Run run =
      run_boundscope("roi" + kCosts + "--cloud-bill 600k " + kWaiting + " " + kComputing);

  CHECK(run.status == 0);
  CHECK(run.err.empty());
  CHECK(contains(run.out, "cpu_language"));
  CHECK(contains(run.out, "io_upstream"));
  CHECK(run.out.find("1. cpu_language: rewrite it") < run.out.find("2. io_upstream"));
}

TEST_CASE("cli roi: costs from a file, with a section for a service") {
  const ScratchFolder folder;
  const std::string costs = folder.file(
      "costs.ini", "team = 3\nmonths = 6\nsalary = 120k\n[cpu_language]\ncloud_bill = 600k\n");

  const auto services = answer("--costs " + costs + " " + kWaiting + " " + kComputing)["services"];

  CHECK(services[0]["name"] == "cpu_language");
  CHECK(services[0]["advice"]["action"] == "rewrite");
  CHECK(services[1]["advice"]["action"] == "alternative");
}

TEST_CASE("cli roi: recordings without requests and without work") {
  for (const std::string& file : {kBatch, kIdle}) {
    const auto service = answer(kCosts + "--cloud-bill 10k " + file)["services"][0];
    CHECK(service["options"][0]["costs_once"]["mid"].is_number());
    for (const auto& option : service["options"])
      for (const auto& gain : option["gains"]) CHECK(gain["goal"] != "latency");
  }
}

TEST_CASE("cli roi: the example is a file of costs") {
  const ScratchFolder folder;
  const Run example = run_boundscope("roi --example");
  CHECK(example.status == 0);
  const std::string costs = folder.file("costs.ini", example.out);

  CHECK(run_boundscope("roi --costs " + costs + " " + kWaiting).status == 0);
}

TEST_CASE("cli roi: what is missing or contradicts is wrong usage") {
  CHECK(contains(failure("", 2), "needs a recording"));
  CHECK(contains(failure(kWaiting, 2), "team, months, salary"));
  CHECK(contains(failure(kCosts + "--hires 2 " + kWaiting, 2), "hires"));
  CHECK(contains(failure(kCosts + "--months=-3 " + kWaiting, 2), "--months"));
  CHECK(contains(failure(kCosts + "--language cobol " + kWaiting, 2), "--language"));
  CHECK(contains(failure(kCosts + "--mnths 3 " + kWaiting, 2), "--months"));
  CHECK(contains(failure(kCosts + "--format pprof " + kWaiting, 2), "profile"));
  CHECK(contains(failure(kCosts + kWaiting + " " + kWaiting, 2), "twice"));
  CHECK(contains(failure(kCosts + "-o " + kWaiting + " " + kWaiting, 2), "overwritten"));
}

TEST_CASE("cli roi: files that are not there or damaged") {
  const ScratchFolder folder;
  CHECK(contains(failure(kCosts + folder.path("none"), 1), "No such file"));
  CHECK(contains(failure("--costs " + folder.path("none") + " " + kWaiting, 1), "No such file"));
  CHECK(contains(failure("--costs " + folder.path("") + " " + kWaiting, 1), "directory"));
  CHECK(contains(failure("--costs " + kWaiting + " " + kWaiting, 1), "line 1"));
  const std::string costs = folder.file("costs.ini", "team = 3\n\n[io_upstrem]\nteam = 4\n");
  CHECK(contains(failure("--costs " + costs + " " + kWaiting, 1), "[io_upstream]"));
}
