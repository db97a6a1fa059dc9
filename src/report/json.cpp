#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

#include "boundscope/report.h"
#include "report/escape.h"
#include "report/summary.h"
#include "report/totals.h"
#include "report/wording.h"

namespace boundscope {
namespace {

using Json = nlohmann::ordered_json;
constexpr int kSchema = 1;

// Absent measurements and numbers JSON cannot hold are null.
Json number_or_null(double value) { return std::isfinite(value) ? Json(value) : Json(); }
Json number_or_null(const std::optional<double>& value) {
  return value ? number_or_null(*value) : Json();
}
Json text_or_null(std::string_view value) { return value.empty() ? Json() : Json(escaped(value)); }

Json target_json(const Recording& recording, const RecordingTotals& totals) {
  Json pids = Json::array();
  for (const TargetProcess& process : recording.processes) pids.push_back(process.pid);
  Json embedded = Json::array();
  const TargetProcess root =
      recording.processes.empty() ? TargetProcess{} : recording.processes.front();
  for (const std::string& name : root.embedded) embedded.push_back(escaped(name));
  const bool known = root.runtime != Runtime::unknown;
  return {{"pids", pids},
          {"comm", text_or_null(root.comm)},
          {"exe", text_or_null(root.exe)},
          {"cgroup", text_or_null(root.cgroup)},
          {"runtime", known ? Json(to_string(root.runtime)) : Json()},
          {"runtime_version", text_or_null(root.runtime_version)},
          {"runtime_vendor", text_or_null(root.runtime_vendor)},
          {"collector", text_or_null(root.collector)},
          {"jit", text_or_null(root.jit)},
          {"language", text_or_null(root.language)},
          {"embedded", embedded},
          {"threads", recording.processes.empty() ? Json() : Json(totals.threads)},
          {"asked_for", text_or_null(recording.header.target)}};
}

Json window_json(const Recording& recording, const RecordingTotals& totals) {
  return {{"start", text_or_null(recording.header.started)},
          {"duration_s", totals.duration_s},
          {"intervals", totals.intervals},
          {"observed_s", totals.observed_s},
          {"end", to_string(recording.end)}};
}

Json load_json(const Load& load) {
  return {{"view", to_string(load.view)},
          {"requests", number_or_null(load.requests)},
          {"requests_per_s", number_or_null(load.requests_per_s)},
          {"in_flight", number_or_null(load.in_flight)},
          {"latency_mean_ms", number_or_null(load.latency_mean_ms)},
          {"latency_p50_ms", number_or_null(load.latency_p50_ms)},
          {"latency_p99_ms", number_or_null(load.latency_p99_ms)},
          {"latency_p99_without_stops_ms", number_or_null(load.latency_p99_without_stops_ms)},
          {"cpu_cores", number_or_null(load.cpu_cores)},
          {"busiest_thread_share", number_or_null(load.busiest_thread_share)},
          {"busiest_thread", text_or_null(load.busiest_thread)},
          {"idle_share", number_or_null(load.idle_share)},
          {"socket_coverage", number_or_null(load.socket_coverage)}};
}

Json details_json(const std::vector<Detail>& details) {
  Json rows = Json::array();
  for (const Detail& detail : details)
    rows.push_back({{"name", escaped(detail.name)}, {"share", number_or_null(detail.share)}});
  return rows;
}

// A row of request_time or cpu_time.
template <class Row>
Json share_json(const char* key, std::string_view name, const Row& row) {
  return {{key, name},
          {"share", number_or_null(row.share.value)},
          {"low", number_or_null(row.share.low)},
          {"high", number_or_null(row.share.high)},
          {"detail", details_json(row.detail)}};
}

Json gc_json(const std::optional<GcSummary>& gc) {
  if (!gc) return Json();
  return {{"source", text_or_null(gc->source)},
          {"collector", text_or_null(gc->collector)},
          {"pauses", number_or_null(gc->pauses)},
          {"pause_total_ms", number_or_null(gc->pause_total_ms)},
          {"pause_max_ms", number_or_null(gc->pause_max_ms)},
          {"pause_share", number_or_null(gc->pause_share)},
          {"cpu_share", number_or_null(gc->cpu_share)},
          {"cycles", number_or_null(gc->cycles)},
          {"live_heap_bytes", number_or_null(gc->live_heap_bytes)},
          {"heap_bytes", number_or_null(gc->heap_bytes)},
          {"heap_goal_bytes", number_or_null(gc->heap_goal_bytes)},
          {"heap_max_bytes", number_or_null(gc->heap_max_bytes)},
          {"missing", text_or_null(gc->missing)}};
}

// What the memory is. Parts are of pss_bytes.
Json footprint_json(const MemorySummary& memory) {
  return {{"source", text_or_null(memory.footprint_source)},
          {"missing", text_or_null(memory.footprint_missing)},
          {"processes", number_or_null(memory.processes)},
          {"pss_bytes", number_or_null(memory.pss_bytes)},
          {"private_bytes", number_or_null(memory.private_bytes)},
          {"shared_bytes", number_or_null(memory.shared_bytes)},
          {"live_heap_bytes", number_or_null(memory.live_heap_bytes)},
          {"heap_headroom_bytes", number_or_null(memory.heap_headroom_bytes)},
          {"allocator_bytes", number_or_null(memory.allocator_bytes)},
          {"stack_bytes", number_or_null(memory.stack_bytes)},
          {"code_bytes", number_or_null(memory.code_bytes)},
          {"mapped_file_bytes", number_or_null(memory.mapped_file_bytes)},
          {"worker_bytes", number_or_null(memory.worker_bytes)}};
}

Json memory_json(const MemorySummary& memory) {
  return {{"rss_bytes", number_or_null(memory.rss_bytes)},
          {"rss_slope_bytes_per_s", number_or_null(memory.rss_slope_bytes_per_s)},
          {"live_heap_bytes", number_or_null(memory.live_heap_bytes)},
          {"heap_bytes", number_or_null(memory.heap_bytes)},
          {"limit_bytes", number_or_null(memory.limit_bytes)},
          {"major_faults_per_s", number_or_null(memory.major_faults_per_s)},
          {"reclaim_share", number_or_null(memory.reclaim_share)},
          {"pressure_full_share", number_or_null(memory.pressure_full_share)},
          {"stall_share", number_or_null(memory.stall_share)},
          {"stall_low", number_or_null(memory.stall_low)},
          {"stall_high", number_or_null(memory.stall_high)},
          {"stall_source", text_or_null(memory.stall_source)},
          {"stall_missing", text_or_null(memory.stall_missing)},
          {"rss_slope_low", number_or_null(memory.rss_slope_low)},
          {"rss_slope_high", number_or_null(memory.rss_slope_high)},
          {"limit_reached_in_s", number_or_null(memory.limit_reached_in_s)},
          {"anonymous_bytes", number_or_null(memory.anonymous_bytes)},
          {"file_bytes", number_or_null(memory.file_bytes)},
          {"shmem_bytes", number_or_null(memory.shmem_bytes)},
          {"swap_bytes", number_or_null(memory.swap_bytes)},
          {"usage_bytes", number_or_null(memory.usage_bytes)},
          {"page_cache_bytes", number_or_null(memory.page_cache_bytes)},
          {"limit_hits_per_s", number_or_null(memory.limit_hits_per_s)},
          {"oom_kills", number_or_null(memory.oom_kills)},
          {"refaults_per_s", number_or_null(memory.refaults_per_s)},
          {"pressure_some_share", number_or_null(memory.pressure_some_share)},
          {"pressure_source", text_or_null(memory.pressure_source)},
          {"fault_share", number_or_null(memory.fault_share)},
          {"reclaim_cpu_share", number_or_null(memory.reclaim_cpu_share)},
          {"footprint", footprint_json(memory)}};
}

Json verdict_json(const Analysis& analysis) {
  const Verdict& verdict = analysis.verdict;
  Json reasons = Json::array();
  Json evidence = Json::array();
  for (const Reason& reason : verdict.reasons) {
    reasons.push_back(sentence(reason_words(reason, analysis.load.view)));
    evidence.push_back(
        {{"code", reason.code},
         {"value", number_or_null(reason.value)},
         {"low", number_or_null(reason.low)},
         {"high", number_or_null(reason.high)},
         {"threshold", reason.threshold == 0 ? Json() : number_or_null(reason.threshold)},
         {"subject", text_or_null(reason.subject)}});
  }
  return {{"bound", to_string(verdict.bound)},
          {"cause", text_or_null(to_string(verdict.cause))},
          {"confidence", number_or_null(verdict.confidence)},
          {"summary", verdict_sentence(analysis) + " " + consequence_sentence(analysis)},
          {"reasons", reasons},
          {"evidence", evidence}};
}

Json reason_json(const Reason& reason) {
  return reason.code.empty() ? Json() : Json(sentence(gain_words(reason)));
}

Json gain_json(const Gain& gain) {
  const std::optional<Estimate>& estimate = gain.gain;
  return {{"answer", to_string(gain.answer)},
          {"low", estimate ? number_or_null(estimate->low) : Json()},
          {"mid", estimate ? number_or_null(estimate->value) : Json()},
          {"high", estimate ? number_or_null(estimate->high) : Json()},
          {"probability", estimate ? number_or_null(gain.probability) : Json()},
          {"reason_code", text_or_null(gain.reason.code)},
          {"reason", reason_json(gain.reason)}};
}

Json priors_json(const std::vector<Prior>& priors) {
  Json rows = Json::array();
  for (const Prior& prior : priors)
    rows.push_back({{"kind", to_string(prior.kind)},
                    {"from", escaped(prior.from)},
                    {"to", escaped(prior.to)},
                    {"p10", number_or_null(prior.quantiles.p10)},
                    {"p50", number_or_null(prior.quantiles.p50)},
                    {"p90", number_or_null(prior.quantiles.p90)},
                    {"n", prior.n},
                    {"evidence", escaped(prior.evidence)},
                    {"date", escaped(prior.date)},
                    {"sources", escaped(prior.sources)},
                    {"file", escaped(prior.file)}});
  return rows;
}

Json estimate_json(const std::optional<Estimate>& estimate) {
  if (!estimate) return Json();
  return {{"low", number_or_null(estimate->low)},
          {"mid", number_or_null(estimate->value)},
          {"high", number_or_null(estimate->high)}};
}

Json rewrite_json(const Rewrite& rewrite) {
  Json to = Json::array();
  for (const LanguageGains& gains : rewrite.to)
    to.push_back({{"language", escaped(gains.language)},
                  {"goals",
                   {{"latency", gain_json(gains.latency)},
                    {"tail", gain_json(gains.tail)},
                    {"capacity", gain_json(gains.capacity)},
                    {"memory", gain_json(gains.memory)},
                    {"throughput", gain_json(gains.throughput)}}},
                  {"priors", priors_json(gains.priors)}});
  Json assumes = Json::array();
  for (const std::string& code : rewrite.assumes) assumes.push_back(code);
  return {{"answer", to_string(rewrite.answer)},
          {"reason_code", text_or_null(rewrite.reason.code)},
          {"reason", reason_json(rewrite.reason)},
          {"from", text_or_null(rewrite.from)},
          {"language_bound",
           {{"request_time", estimate_json(rewrite.language_request_time)},
            {"cpu_time", estimate_json(rewrite.language_cpu_time)}}},
          {"to", to},
          {"assumes", assumes}};
}

Json alternatives_json(const std::vector<Alternative>& alternatives) {
  Json rows = Json::array();
  for (const Alternative& alternative : alternatives)
    rows.push_back({{"action", alternative.action},
                    {"subject", text_or_null(alternative.subject)},
                    {"parameter", number_or_null(alternative.parameter)},
                    {"goal", to_string(alternative.goal)},
                    {"low", number_or_null(alternative.gain.low)},
                    {"mid", number_or_null(alternative.gain.value)},
                    {"high", number_or_null(alternative.gain.high)},
                    {"text", sentence(action_words(alternative))}});
  return rows;
}

Json caveats_json(const Recording& recording, const Analysis& analysis) {
  Json rows = Json::array();
  for (const Caveat& caveat : analysis.caveats) {
    const CaveatWords words = caveat_words(caveat, recording);
    rows.push_back({{"code", caveat.code},
                    {"text", sentence(words.text)},
                    {"advice", words.advice.empty() ? Json() : Json(sentence(words.advice))}});
  }
  return rows;
}

Json cost_json(const RecordingTotals& totals) {
  return {{"cpu_cores", number_or_null(totals.tool_cpu_cores)},
          {"rss_bytes", number_or_null(totals.tool_rss_bytes)},
          {"switches_per_s", number_or_null(totals.switches_per_s)},
          {"ns_per_switch", number_or_null(totals.ns_per_switch)},
          {"samples", totals.samples},
          {"lost", totals.lost},
          {"on_target_share", number_or_null(totals.on_target_share)}};
}

}  // namespace

void write_json(std::ostream& out, const Recording& recording, const Analysis& analysis) {
  const RecordingTotals totals = totals_of(recording);
  Json request_time = Json::array();
  for (const RequestShare& row : analysis.request_time)
    request_time.push_back(share_json("component", to_string(row.component), row));
  Json thread_time = Json::array();
  for (const ThreadTime& row : analysis.thread_time)
    thread_time.push_back({{"state", row.state}, {"share", number_or_null(row.share)}});
  Json cpu_time = Json::array();
  for (const CpuShare& row : analysis.cpu_time)
    cpu_time.push_back(share_json("owner", to_string(row.owner), row));

  const Json report = {{"schema", kSchema},
                       {"boundscope", BOUNDSCOPE_VERSION},
                       {"target", target_json(recording, totals)},
                       {"window", window_json(recording, totals)},
                       {"load", load_json(analysis.load)},
                       {"request_time", request_time},
                       {"thread_time", thread_time},
                       {"cpu_time", cpu_time},
                       {"gc", gc_json(analysis.gc)},
                       {"memory", memory_json(analysis.memory)},
                       {"verdict", verdict_json(analysis)},
                       {"rewrite", rewrite_json(analysis.rewrite)},
                       {"alternatives", alternatives_json(analysis.alternatives)},
                       {"caveats", caveats_json(recording, analysis)},
                       {"cost", cost_json(totals)}};
  out << report.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace boundscope
