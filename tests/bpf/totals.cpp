// Sums over the windows of a recording, and what must hold for each of them.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "measurement.h"

namespace boundscope::test {
namespace {

template <class Row>
void add_times(Row& total, const Row& row) {
  total.on_cpu_ns += row.on_cpu_ns;
  total.preempted_ns += row.preempted_ns;
  total.woken_ns += row.woken_ns;
  total.throttled_ns += row.throttled_ns;
  for (std::size_t i = 0; i < kWaitClasses; ++i) total.blocked_ns[i] += row.blocked_ns[i];
  total.reclaim_ns += row.reclaim_ns;
  total.compaction_ns += row.compaction_ns;
}

void add_requests(RequestTotals& total, const RequestTotals& row) {
  total.observed_ns += row.observed_ns;
  total.idle_ns += row.idle_ns;
  total.in_flight_ns += row.in_flight_ns;
  for (std::size_t i = 0; i < kActivities; ++i)
    total.activity[i].point_ns += row.activity[i].point_ns;
  total.behind_running_ns += row.behind_running_ns;
  total.behind_waiting_ns += row.behind_waiting_ns;
  total.behind_nothing_ns += row.behind_nothing_ns;
  total.started += row.started;
  total.finished += row.finished;
  total.latency_ns += row.latency_ns;
  total.socket_queue_ns += row.socket_queue_ns;
  total.transfer_ns += row.transfer_ns;
  total.aborted += row.aborted;
  total.pushed += row.pushed;
  total.excluded += row.excluded;
  total.long_polls += row.long_polls;
  total.peak_in_flight = std::max(total.peak_in_flight, row.peak_in_flight);
}

// The integrals of the joint state are read while they move: a few events may be in one and not yet
// in another.
void check_decomposition(const RequestTotals& requests) {
  constexpr double kReadingNs = 2e6;
  std::uint64_t parts =
      requests.behind_running_ns + requests.behind_waiting_ns + requests.behind_nothing_ns;
  for (const ActivityTime& activity : requests.activity) {
    parts += activity.point_ns;
    CHECK(activity.low_ns <= activity.point_ns);
    CHECK(activity.point_ns <= activity.high_ns);
  }
  const auto whole = static_cast<double>(requests.in_flight_ns);
  CHECK(std::abs(static_cast<double>(parts) - whole) <= 0.01 * whole + kReadingNs);
  CHECK(requests.idle_ns <= requests.observed_ns);
}

}  // namespace

void check_invariants(const Recording& recording) {
  std::uint64_t end_ns = 0;
  std::uint64_t observed_until_ns = 0;
  for (const Window& window : recording.windows) {
    CHECK(window.start_ns == end_ns);
    end_ns = window.start_ns + window.duration_ns;
    // The events of a window are read shortly before it ends; the rest of it is in the next one's.
    observed_until_ns += window.observed_ns;
    CHECK(observed_until_ns <= end_ns);
    for (const ProcessWindow& process : window.processes) {
      CAPTURE(process.pid);
      check_decomposition(process.requests);
    }
    for (const SampleTotals& sample : window.samples) CHECK(sample.stack < recording.stacks.size());
  }
}

ProcessWindow process_totals(const Recording& recording, pid_t pid) {
  ProcessWindow total;
  total.pid = pid;
  for (const Window& window : recording.windows)
    for (const ProcessWindow& process : window.processes) {
      if (pid != 0 && process.pid != pid) continue;
      add_times(total, process);
      add_requests(total.requests, process.requests);
      total.running_any_ns += process.running_any_ns;
    }
  return total;
}

ThreadWindow thread_totals(const Recording& recording, std::string_view comm) {
  ThreadWindow total;
  total.comm = comm;
  for (const Window& window : recording.windows)
    for (const ThreadWindow& thread : window.threads) {
      if (thread.comm != comm) continue;
      add_times(total, thread);
      total.tid = thread.tid;
      total.pid = thread.pid;
      total.switches += thread.switches;
    }
  return total;
}

WaitTotals wait_totals(const Recording& recording, WaitClass wait_class, std::string_view subject) {
  WaitTotals total;
  total.wait_class = wait_class;
  total.subject = subject;
  for (const Window& window : recording.windows)
    for (const WaitTotals& wait : window.waits) {
      if (wait.wait_class != wait_class || wait.subject != subject) continue;
      total.blocked_ns += wait.blocked_ns;
      total.count += wait.count;
      total.longest_ns = std::max(total.longest_ns, wait.longest_ns);
    }
  return total;
}

UpstreamTotals upstream_totals(const Recording& recording, std::string_view peer) {
  UpstreamTotals total;
  total.peer = peer;
  for (const Window& window : recording.windows)
    for (const UpstreamTotals& upstream : window.upstreams) {
      if (upstream.peer != peer) continue;
      total.internal = upstream.internal;
      total.calls += upstream.calls;
      total.latency_ns += upstream.latency_ns;
      total.resends += upstream.resends;
      total.pickup_ns += upstream.pickup_ns;
    }
  return total;
}

ProtocolTotals protocol_totals(const Recording& recording, std::string_view protocol) {
  ProtocolTotals total;
  total.protocol = protocol;
  for (const Window& window : recording.windows)
    for (const ProtocolTotals& row : window.protocols) {
      if (row.protocol != protocol) continue;
      total.port = row.port;
      total.sampled += row.sampled;
      total.pipelined += row.pipelined;
      total.messages += row.messages;
    }
  return total;
}

CostWindow cost_totals(const Recording& recording) {
  CostWindow total;
  for (const Window& window : recording.windows) {
    total.switches += window.cost.switches;
    total.socket_events += window.cost.socket_events;
    total.events_on_target_ns += window.cost.events_on_target_ns;
    total.samples += window.cost.samples;
  }
  return total;
}

std::uint64_t observed_ns(const Recording& recording) {
  std::uint64_t total = 0;
  for (const Window& window : recording.windows) total += window.observed_ns;
  return total;
}

std::uint64_t duration_ns(const Recording& recording) {
  std::uint64_t total = 0;
  for (const Window& window : recording.windows) total += window.duration_ns;
  return total;
}

std::string losses(const Recording& recording) {
  std::map<std::string, std::uint64_t> sums;
  for (const Window& window : recording.windows)
    for (const Loss& loss : window.losses) sums[loss.what] += loss.count;
  sums.erase("stacks_full");
  sums.erase("switches_unseen");
  std::string text;
  for (const auto& [what, count] : sums) text += what + " " + std::to_string(count) + " ";
  return text;
}

}  // namespace boundscope::test
