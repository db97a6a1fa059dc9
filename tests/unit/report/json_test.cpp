// The contract of docs/json.md.
#include <doctest/doctest.h>

#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>

#include "boundscope/report.h"
#include "unit/report/sample_analysis.h"

using namespace boundscope;
using Json = nlohmann::json;

namespace {

Json json_of(const Recording& recording, const Analysis& analysis) {
  std::ostringstream out;
  write_json(out, recording, analysis);
  return Json::parse(out.str());
}

void check_keys(const Json& object, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) CHECK_MESSAGE(object.contains(key), key);
}

// Every path of DESIGN.md section 5 that is there whatever was measured.
void check_schema(const Json& report) {
  CHECK(report["schema"] == 1);
  check_keys(report, {"boundscope", "target", "window", "load", "request_time", "cpu_time", "gc",
                      "memory", "verdict", "rewrite", "alternatives", "caveats", "cost"});
  check_keys(report["target"],
             {"pids", "comm", "exe", "cgroup", "runtime", "runtime_version", "threads"});
  check_keys(report["window"], {"start", "duration_s", "intervals"});
  check_keys(report["load"], {"view", "requests", "requests_per_s", "in_flight", "latency_mean_ms",
                              "latency_p50_ms", "latency_p99_ms", "cpu_cores",
                              "busiest_thread_share", "idle_share", "socket_coverage"});
  check_keys(report["memory"],
             {"rss_bytes", "rss_slope_bytes_per_s", "live_heap_bytes", "heap_bytes", "limit_bytes",
              "major_faults_per_s", "reclaim_share", "pressure_full_share", "stall_share",
              "stall_low", "stall_high", "stall_source", "stall_missing"});
  check_keys(report["verdict"], {"bound", "cause", "confidence", "summary", "reasons"});
  check_keys(report["rewrite"], {"answer", "to", "assumes"});
  check_keys(report["cost"],
             {"cpu_cores", "rss_bytes", "switches_per_s", "ns_per_switch", "samples", "lost"});
}

}  // namespace

TEST_CASE("json: every path of the schema is there, with measurements and without") {
  check_schema(json_of(sample_recording("payments"), sample_analysis("payments")));
  check_schema(json_of(Recording{}, Analysis{}));
}

TEST_CASE("json: rows carry what the schema promises") {
  const Json report = json_of(sample_recording("payments"), sample_analysis("payments"));

  check_keys(report["request_time"][0], {"component", "share", "low", "high", "detail"});
  check_keys(report["request_time"][0]["detail"][0], {"name", "share"});
  check_keys(report["cpu_time"][0], {"owner", "share", "low", "high", "detail"});
  check_keys(report["gc"],
             {"source", "pauses", "pause_total_ms", "pause_max_ms", "pause_share", "cpu_share"});
  check_keys(report["rewrite"]["to"][0]["goals"], {"latency", "tail", "capacity", "memory"});
  check_keys(report["rewrite"]["to"][0]["goals"]["latency"], {"answer", "low", "mid", "high"});
  check_keys(report["alternatives"][0], {"action", "subject", "goal", "low", "mid", "high"});
  check_keys(report["caveats"][0], {"code", "text"});
  check_keys(report["verdict"]["evidence"][0],
             {"code", "value", "low", "high", "threshold", "subject"});
  CHECK(report["verdict"]["reasons"][0].is_string());
}

TEST_CASE("json: what was not measured is null") {
  const Json report = json_of(Recording{}, Analysis{});

  CHECK(report["gc"].is_null());
  CHECK(report["target"]["comm"].is_null());
  CHECK(report["target"]["runtime"].is_null());
  CHECK(report["load"]["requests"].is_null());
  CHECK(report["memory"]["stall_source"].is_null());
  CHECK(report["verdict"]["cause"].is_null());
  CHECK(report["cost"]["cpu_cores"].is_null());
}

TEST_CASE("json: a gain that is not known has an answer and no numbers") {
  const Json goals = json_of(Recording{}, sample_analysis("x"))["rewrite"]["to"][0]["goals"];

  CHECK(goals["memory"]["answer"] == "inconclusive");
  CHECK(goals["memory"]["mid"].is_null());
  CHECK(goals["latency"]["mid"] == 2.2);
}

TEST_CASE("json: a number that JSON cannot hold is null") {
  Analysis analysis = sample_analysis("x");
  analysis.load.cpu_cores = std::numeric_limits<double>::quiet_NaN();
  analysis.request_time[0].share.high = std::numeric_limits<double>::infinity();

  const Json report = json_of(Recording{}, analysis);

  CHECK(report["load"]["cpu_cores"].is_null());
  CHECK(report["request_time"][0]["high"].is_null());
}

TEST_CASE("json: hostile names arrive escaped, as valid UTF-8") {
  const Json report = json_of(sample_recording(hostile_name()), sample_analysis(hostile_name()));

  const std::string comm = report["target"]["comm"];
  CHECK(comm.starts_with("\\x1b]0;owned\\x07\\xff\\u202exxx"));
  for (const char c : report.dump()) CHECK(static_cast<unsigned char>(c) >= 0x20);
}

TEST_CASE("json: cost is what measuring took") {
  const Json cost = json_of(sample_recording("x"), Analysis{})["cost"];

  CHECK(cost["cpu_cores"] == doctest::Approx(0.003));
  CHECK(cost["rss_bytes"] == 20 << 20);
  CHECK(cost["switches_per_s"] == 1000);
  CHECK(cost["ns_per_switch"] == 1000);
  CHECK(cost["samples"] == 198);
  CHECK(cost["lost"] == 6);
  CHECK(cost["on_target_share"] == doctest::Approx(0.002));
}
