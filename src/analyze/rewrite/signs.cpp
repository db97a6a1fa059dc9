#include "analyze/rewrite/signs.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "analyze/owners.h"
#include "analyze/process_model.h"

namespace boundscope {
namespace {

// Parts of names of functions under which connections are made, by kernel and libraries.
constexpr std::array<std::string_view, 10> kConnecting{
    "inet_stream_connect",      "tcp_v4_connect",          "tcp_v6_connect", "inet_csk_accept",
    "tcp_conn_request",         "SSL_do_handshake",        "SSL_connect",    "SSL_accept",
    "(*Conn).HandshakeContext", "(*Conn).handshakeContext"};

bool connects(const Recording& recording, const Stack& stack) {
  return std::any_of(stack.frames.begin(), stack.frames.end(), [&](std::uint32_t frame) {
    if (frame >= recording.frames.size()) return false;
    const std::string& symbol = recording.frames[frame].symbol;
    return std::any_of(kConnecting.begin(), kConnecting.end(), [&](std::string_view part) {
      return symbol.find(part) != std::string::npos;
    });
  });
}

// Samples by stack over the run.
std::map<std::uint32_t, double> samples_by_stack(const Run& run) {
  std::map<std::uint32_t, double> counts;
  for (const Window* window : run.windows) {
    for (const SampleTotals& sample : window->samples) {
      counts[sample.stack] += static_cast<double>(sample.count);
    }
  }
  return counts;
}

}  // namespace

std::vector<Peer> material_peers(const Subject& subject) {
  std::map<std::string, std::pair<double, double>> peers;  // time, calls
  double all = 0;
  for (const Window* window : subject.run.windows) {
    for (const UpstreamTotals& upstream : window->upstreams) {
      const bool behind = subject.facts.internal && may_be_internal(upstream);
      if (upstream.internal || behind) continue;
      auto& [time, calls] = peers[upstream.peer];
      time += static_cast<double>(upstream.latency_ns);
      calls += static_cast<double>(upstream.calls);
      all += static_cast<double>(upstream.latency_ns);
    }
  }
  std::vector<Peer> material;
  for (const auto& [name, totals] : peers) {
    const auto& [time, calls] = totals;
    if (!(all > 0) || time < kWorthAnAction * all) continue;
    const double requests = subject.has_requests() ? subject.facts.finished : 0;
    material.push_back({name, time / all, requests > 0 ? calls / requests : 0});
  }
  std::stable_sort(material.begin(), material.end(),
                   [](const Peer& a, const Peer& b) { return a.share > b.share; });
  return material;
}

HotFunction hottest_function(const Subject& subject) {
  const Recording& recording = *subject.run.recording;
  Owners owners(recording);
  std::map<std::string_view, double> functions;
  double all = 0;
  for (const Window* window : subject.run.windows) {
    for (const SampleTotals& sample : window->samples) {
      const auto count = static_cast<double>(sample.count);
      all += count;
      if (sample.stack >= recording.stacks.size()) continue;
      const Owned& owned = owners.of(sample.pid, sample.comm, sample.main_thread, sample.stack);
      const Stack& stack = recording.stacks[sample.stack];
      if (owned.owner != CpuOwner::application || stack.frames.empty()) continue;
      const std::uint32_t leaf = stack.frames.front();
      if (leaf >= recording.frames.size() || recording.frames[leaf].symbol.empty()) continue;
      functions[recording.frames[leaf].symbol] += count;
    }
  }
  const auto most =
      std::max_element(functions.begin(), functions.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == functions.end() || !(all > 0)) return {};
  return {std::string(most->first), most->second / all};
}

double connecting_share(const Subject& subject) {
  const Recording& recording = *subject.run.recording;
  double connecting = 0, all = 0;
  for (const auto& [stack, count] : samples_by_stack(subject.run)) {
    all += count;
    if (stack < recording.stacks.size() && connects(recording, recording.stacks[stack])) {
      connecting += count;
    }
  }
  return all > 0 ? connecting / all : 0;
}

double go_max_procs(const Subject& subject) {
  if (subject.source.runtime != Runtime::go || subject.run.windows.empty()) return 0;
  double most = 0;
  for (const GcTotals& gc : subject.run.windows.back()->gc) {
    most = std::max(most, static_cast<double>(gc.max_procs.value_or(0)));
  }
  return most;
}

}  // namespace boundscope
