#include "analyze/load.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "analyze/intervals.h"
#include "analyze/latency_histogram.h"
#include "analyze/pace.h"
#include "analyze/thresholds.h"

namespace boundscope {
namespace {

constexpr double kNsPerS = 1e9;
constexpr double kNsPerMs = 1e6;

// A process's requests over the run.
struct Requests {
  double observed_ns = 0, idle_ns = 0, in_flight_ns = 0, nothing_ns = 0, long_poll_ns = 0;
  double finished = 0, running_any_ns = 0, on_cpu_ns = 0, running_high_ns = 0;
};

std::map<pid_t, Requests> requests_by_process(const Run& run) {
  std::map<pid_t, Requests> all;
  for (const Window* window : run.windows) {
    for (const ProcessWindow& process : window->processes) {
      const RequestTotals& from = process.requests;
      Requests& to = all[process.pid];
      to.observed_ns += static_cast<double>(from.observed_ns);
      to.idle_ns += static_cast<double>(from.idle_ns);
      to.in_flight_ns += static_cast<double>(from.in_flight_ns);
      to.nothing_ns += static_cast<double>(from.behind_nothing_ns);
      to.long_poll_ns += static_cast<double>(from.long_poll_ns);
      to.finished += static_cast<double>(from.finished);
      to.running_any_ns += static_cast<double>(process.running_any_ns);
      to.on_cpu_ns += static_cast<double>(process.on_cpu_ns);
      to.running_high_ns +=
          static_cast<double>(from.activity[static_cast<std::size_t>(Activity::running)].high_ns);
    }
  }
  return all;
}

// Time without work: no request in flight, or only such as nothing ever happens to.
double idle_ns(const Requests& requests) {
  double real_ns = requests.in_flight_ns - requests.long_poll_ns;
  if (requests.finished == 0) real_ns = requests.in_flight_ns - requests.nothing_ns;
  const bool polls = requests.long_poll_ns > 0 || requests.finished == 0;
  const double idle =
      polls ? std::max(requests.idle_ns, requests.observed_ns - real_ns) : requests.idle_ns;
  return std::clamp(idle, 0.0, requests.observed_ns);
}

// Processes are taken as independent: the truth lies between the least idle one and the sum.
void set_idle(Facts& facts, const std::map<pid_t, Requests>& processes) {
  double idle = 1;
  double unexplained = 0;
  double on_cpu = 0;
  for (const auto& [pid, requests] : processes) {
    facts.idle_s += requests.idle_ns / kNsPerS;
    on_cpu += requests.on_cpu_ns;
    unexplained += std::max(0.0, requests.on_cpu_ns - requests.running_high_ns);
    if (!(requests.observed_ns > 0)) continue;
    const double quiet = facts.view == View::requests
                             ? idle_ns(requests)
                             : std::max(0.0, requests.observed_ns - requests.running_any_ns);
    idle *= quiet / requests.observed_ns;
  }
  facts.idle_share = idle;
  facts.unexplained_cpu_share = on_cpu > 0 ? unexplained / on_cpu : 0;
}

bool waits_for_clients(const Run& run) {
  for (const Window* window : run.windows)
    for (const ProcessWindow& process : window->processes)
      for (const WaitClass wait : {WaitClass::client, WaitClass::accept, WaitClass::poll})
        if (process.blocked_ns[static_cast<std::size_t>(wait)] > 0) return true;
  return false;
}

void add_exchanges(Facts& facts, const Run& run, const std::map<pid_t, ProcessModel>& models) {
  double started = 0;
  for (const Window* window : run.windows) {
    for (const ProcessWindow& process : window->processes) {
      const RequestTotals& requests = process.requests;
      started += static_cast<double>(requests.started);
      facts.excluded += static_cast<double>(requests.excluded);
      facts.aborted += static_cast<double>(requests.aborted);
      facts.pushed += static_cast<double>(requests.pushed);
      facts.taken_out_ns += static_cast<double>(requests.long_poll_ns);
      facts.held_back += static_cast<double>(requests.held_back);
      facts.long_polls += static_cast<double>(requests.long_polls);
      facts.internal = facts.internal || models.at(process.pid).internal;
    }
    for (const UpstreamTotals& upstream : window->upstreams) {
      facts.calls += static_cast<double>(upstream.calls);
    }
  }
  if (facts.finished + facts.excluded > 0) {
    facts.coverage = facts.finished / (facts.finished + facts.excluded);
  }
  facts.service = started + facts.finished + facts.excluded + facts.pushed > 0;
  // Threads that wait for clients, or may, are all there is to go by then.
  if (is_absent(*run.recording, "requests")) facts.service = waits_for_clients(run);
}

void set_protocols(Facts& facts, const Run& run) {
  std::map<std::string, ProtocolTotals> protocols;
  ProtocolTotals sum;
  for (const Window* window : run.windows) {
    for (const ProtocolTotals& protocol : window->protocols) {
      for (ProtocolTotals* to : {&protocols[protocol.protocol], &sum}) {
        to->sampled += protocol.sampled;
        to->pipelined += protocol.pipelined;
        to->messages += protocol.messages;
      }
    }
  }
  std::uint64_t most_pipelined = 0;
  for (const auto& [name, totals] : protocols) {
    if (totals.pipelined > most_pipelined) {
      most_pipelined = totals.pipelined;
      facts.pipelined_protocol = name;
    }
    if (name == "http2" && totals.sampled > 0) facts.excluded_protocol = name;
  }
  const auto sampled = static_cast<double>(sum.sampled);
  // Streams on one connection look like exchanges of it; the state machine may not have noticed.
  const double http2 = static_cast<double>(protocols["http2"].sampled);
  if (facts.coverage && http2 > kHttp2 * sampled) {
    facts.coverage = std::min(*facts.coverage, 1 - http2 / sampled);
  }
  if (sampled > 0) {
    facts.encrypted_share = static_cast<double>(protocols["tls"].sampled) / sampled;
  }
  facts.pipelined = static_cast<double>(sum.pipelined) > kPipelined * sampled;
  if (facts.pipelined) facts.messages_per_exchange = static_cast<double>(sum.messages) / sampled;
}

void set_losses(Facts& facts, const Run& run) {
  double recorded = 0;
  std::map<std::string, double> losses;
  for (const Window* window : run.windows) {
    recorded += static_cast<double>(window->cost.switches + window->cost.socket_events +
                                    window->cost.samples);
    for (const Loss& loss : window->losses) losses[loss.what] += static_cast<double>(loss.count);
  }
  double most = 0;
  for (const auto& [what, count] : losses) {
    facts.lost += count;
    if (count > most) {
      most = count;
      facts.lost_most = what;
    }
  }
  if (facts.lost > 0) facts.loss_share = facts.lost / (recorded + facts.lost);
}

void set_host(Facts& facts, const Run& run) {
  double steal = 0, busy = 0, own = 0, refaults = 0, pressure = 0, reread = 0, read = 0;
  const auto& limit = run.recording->header.memory_limit_bytes;
  for (const Window* window : run.windows) {
    const HostWindow& host = window->host;
    steal += static_cast<double>(host.steal_ns.value_or(0));
    refaults += static_cast<double>(host.refaults.value_or(0));
    pressure += static_cast<double>(host.pressure_memory_full_ns.value_or(0));
    if (host.host_busy_ns && host.cpu_ns) {
      busy += static_cast<double>(*host.host_busy_ns);
      own += static_cast<double>(*host.cpu_ns);
    }
    if (host.refaults && host.read_pages) {
      reread += static_cast<double>(*host.refaults);
      read += static_cast<double>(*host.read_pages);
    }
    const auto& nearest = host.memory_limit_bytes ? host.memory_limit_bytes : limit;
    if (nearest && *nearest > 0 && host.memory_usage_bytes) {
      const double use =
          static_cast<double>(*host.memory_usage_bytes) / static_cast<double>(*nearest);
      facts.memory_limit_use = std::max(facts.memory_limit_use.value_or(0), use);
    }
  }
  if (read > 0) facts.reread_share = std::min(1.0, reread / read);
  if (!(run.duration_ns > 0)) return;
  const double cpus = std::max(1.0, static_cast<double>(run.recording->header.cpus));
  facts.steal_share = steal / run.duration_ns / cpus;
  facts.neighbour_cores = std::max(0.0, busy - own) / run.duration_ns;
  facts.neighbour_share = facts.neighbour_cores / cpus;
  facts.refaults_per_s = refaults / (run.duration_ns / kNsPerS);
  facts.memory_pressure = std::min(1.0, pressure / run.duration_ns);
}

// Windows without event probes have no scheduled CPU time to hold the samples against.
void set_sampled_ratio(Facts& facts, const Run& run) {
  double samples = 0;
  double on_cpu_ns = 0;
  for (const Window* window : run.windows) {
    // Samples go on while the event probes pause.
    if (static_cast<double>(window->observed_ns) <
        kFullyObserved * static_cast<double>(window->duration_ns)) {
      continue;
    }
    for (const SampleTotals& sample : window->samples) {
      samples += static_cast<double>(sample.count);
    }
    for (const ProcessWindow& process : window->processes) {
      on_cpu_ns += static_cast<double>(process.on_cpu_ns);
    }
  }
  const double hz = run.recording->header.frequency_hz;
  if (!(hz > 0) || !(on_cpu_ns > 0)) return;
  facts.sampled_in_observed = samples;
  facts.sampled_cpu_ratio = samples / hz / (on_cpu_ns / kNsPerS);
}

double cpu_limit_of(const RecordingHeader& header) {
  if (header.cpu_limit > 0) return header.cpu_limit;
  return std::max(1.0, static_cast<double>(header.cpus));
}

bool follows_exchanges(const Facts& facts) {
  return facts.finished > 0 && facts.coverage.value_or(0) >= kMinCoverage;
}

// Requests that were followed come beside the work: a batch job with a health check.
bool works_beside_requests(const Facts& facts, const std::map<pid_t, Requests>& processes) {
  if (!follows_exchanges(facts) || facts.cores < kIdleCores) return false;
  double for_requests = 0;
  double on_cpu = 0;
  for (const auto& [pid, requests] : processes) {
    for_requests += requests.running_high_ns;
    on_cpu += requests.on_cpu_ns;
  }
  const bool many = facts.finished >= kFullRequests;
  if (many && facts.cores < kMuchBesideRequests) return false;
  const double least = many ? kHardlyForRequests : kRequestsExplainCpu;
  return for_requests < least * on_cpu;
}

View view_of(const Facts& facts, bool beside_requests) {
  if (!follows_exchanges(facts) || beside_requests) return View::threads;
  if (facts.cores < kIdleCores) return View::requests;
  return facts.finished < kMinRequests ? View::threads : View::requests;
}

std::optional<double> milliseconds(std::optional<double> ns, double slowed_to) {
  if (!ns) return std::nullopt;
  return *ns * slowed_to / kNsPerMs;
}

}  // namespace

bool is_absent(const Recording& recording, std::string_view name) {
  for (const Capability& capability : recording.header.capabilities)
    if (capability.name == name) return capability.state == CapabilityState::absent;
  return false;
}

Facts gather_facts(const Run& run, const std::map<pid_t, ProcessModel>& models,
                   const Table& totals) {
  const std::vector<double> sums = column_sums(totals);
  const auto processes = requests_by_process(run);
  Facts facts;
  facts.observed_s = run.observed_ns / kNsPerS;
  facts.observed_rows = static_cast<double>(run.observed_rows);
  facts.duration_s = run.duration_ns / kNsPerS;
  facts.unsampled = is_absent(*run.recording, "samples");
  facts.finished = sums[at(Column::finished)];
  facts.cpu_limit = cpu_limit_of(run.recording->header);
  facts.cpu_quota = run.recording->header.cpu_quota;
  facts.cores = figures(sums, {.cpu_limit = facts.cpu_limit}).cores;
  const double in_flight = std::max(0.0, sums[at(Column::in_flight)]);
  if (run.observed_ns > 0) facts.mean_in_flight = in_flight / run.observed_ns;
  if (facts.finished > 0) {
    facts.mean_latency_ns = sums[at(Column::latency)] / facts.finished;
    // What is still open at the edges explains a part of any difference.
    const double edges = 2 * facts.mean_in_flight / facts.finished;
    const double off = std::abs(in_flight / std::max(1.0, sums[at(Column::latency)]) - 1);
    // The correction for what was taken out is known by the window only.
    if (facts.taken_out_ns < in_flight) facts.little_mismatch = std::max(0.0, off - edges);
  }
  add_exchanges(facts, run, models);
  set_protocols(facts, run);
  const bool beside_requests = works_beside_requests(facts, processes);
  facts.view = view_of(facts, beside_requests);
  // What is pushed may well be the work.
  if (beside_requests && facts.pushed <= facts.finished) facts.service = false;
  set_idle(facts, processes);
  set_losses(facts, run);
  set_host(facts, run);
  set_sampled_ratio(facts, run);
  facts.slowed_to = slowed_to(run);
  if (facts.view == View::requests && !facts.internal && !facts.pipelined) {
    facts.tail = stopped_tail(run, run.recording->header.seed);
    facts.gc_makes_the_tail = facts.tail && facts.tail->worthwhile >= kMinProbability;
  }
  return facts;
}

std::optional<double> latency_quantile_ns(const Run& run, double p) {
  LatencyHistogram histogram;
  for (const Window* window : run.windows) histogram.add(window->latencies);
  return histogram.quantile_ns(p);
}

Load load_of(const Run& run, const Facts& facts, const Evidence& evidence, const Threads& threads) {
  Load load;
  load.view = facts.view;
  load.cpu_cores = facts.cores;
  load.socket_coverage = facts.coverage;
  if (facts.observed_s > 0) load.idle_share = facts.idle_share;
  const auto busiest = threads.all.find(threads.busiest);
  if (busiest != threads.all.end() && facts.observed_s > 0) {
    load.busiest_thread_share = std::min(1.0, evidence.run.loop);
    load.busiest_thread = busiest->second.comm;
  }
  if (facts.view == View::threads || !(facts.observed_s > 0)) return load;
  load.in_flight = facts.mean_in_flight;
  if (facts.pipelined) return load;  // exchanges are not requests
  load.requests = facts.finished;
  // As it is without us: clients that wait for their answers send again that much sooner.
  const double slowed_to = facts.slowed_to.value_or(1);
  load.requests_per_s = facts.finished / facts.observed_s / slowed_to;
  load.latency_mean_ms = milliseconds(facts.mean_latency_ns, slowed_to);
  if (facts.internal) return load;  // the histogram does not know whose request it was
  load.latency_p50_ms = milliseconds(latency_quantile_ns(run, 0.5), slowed_to);
  if (facts.finished >= kCompletionsForP99) {
    load.latency_p99_ms = milliseconds(latency_quantile_ns(run, 0.99), slowed_to);
    if (facts.tail)
      load.latency_p99_without_stops_ms = milliseconds(facts.tail->p99_without_ns, slowed_to);
  }
  return load;
}

}  // namespace boundscope
