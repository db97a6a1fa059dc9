#include "collect/window_reader.h"

#include <bpf/bpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <tuple>

#include "collect/comm.h"
#include "collect/load_error.h"
#include "collect/map_drain.h"
#include "collect/subject_name.h"
#include "probes.skel.h"

namespace boundscope {
namespace {

static_assert(kWaitClasses == BS_WAIT_CLASSES);
static_assert(kActivities == BS_ACTIVITIES);
static_assert(kLatencyBuckets == BS_LATENCY_BUCKETS);

constexpr std::size_t kThreadRows = 64;  // the busiest; their processes hold the sums of all

struct LossName {
  bs_counter counter;
  const char* what;
};
constexpr LossName kLosses[] = {
    {BS_LOST_THREADS, "threads_full"},     {BS_LOST_PROCESSES, "processes_full"},
    {BS_LOST_SOCKETS, "sockets_full"},     {BS_LOST_WAITS, "waits_full"},
    {BS_LOST_PEERS, "peers_full"},         {BS_LOST_SAMPLES, "samples_full"},
    {BS_LOST_STACKS, "stacks_full"},       {BS_LOST_LISTENERS, "listeners_full"},
    {BS_LOST_COUNTS, "joint_state_full"},  {BS_LOST_WAIT_STACKS, "wait_stacks_full"},
    {BS_LOST_SWITCHES, "switches_unseen"},
};

template <class Row>
void add_times(Row& row, const bs_times& times) {
  row.on_cpu_ns += times.on_cpu_ns;
  row.preempted_ns += times.preempted_ns;
  row.woken_ns += times.woken_ns;
  row.throttled_ns += times.throttled_ns;
  for (std::size_t i = 0; i < kWaitClasses; ++i) row.blocked_ns[i] += times.blocked_ns[i];
  row.reclaim_ns += times.freeing_ns[BS_RECLAIM];
  row.compaction_ns += times.freeing_ns[BS_COMPACTION];
}

// A sum since the last reading. Where CPUs overtake each other a part of it is taken back a moment
// later, so that one that hardly moves may be a few nanoseconds below its last value.
std::uint64_t grown(std::uint64_t now, std::uint64_t before) {
  const auto difference = static_cast<std::int64_t>(now - before);
  return difference > 0 ? static_cast<std::uint64_t>(difference) : 0;
}

ActivityTime activity_between(const bs_activity_time& now, const bs_activity_time& before) {
  const std::uint64_t point = grown(now.point_ns, before.point_ns);
  const std::uint64_t under = std::min(point, grown(now.under_ns, before.under_ns));
  return {point, point - under, point + (grown(now.over_ns, before.over_ns))};
}

RequestTotals requests_between(const bs_process& now, const bs_process& before) {
  RequestTotals totals;
  // The sums reach from the last reading, or the process's first event, to this one.
  totals.observed_ns =
      now.since_ns - (before.since_ns != 0 ? before.since_ns : now.observed_from_ns);
  // Read while they move: the part may be an event ahead of the whole.
  totals.idle_ns = std::min(totals.observed_ns, grown(now.idle_ns, before.idle_ns));
  totals.in_flight_ns = grown(now.in_flight_ns, before.in_flight_ns);
  for (std::size_t i = 0; i < kActivities; ++i) {
    totals.activity[i] = activity_between(now.activity[i], before.activity[i]);
    totals.background_ns[i] = grown(now.background_ns[i], before.background_ns[i]);
  }
  const auto behind = [&](bs_behind what) {
    return grown(now.behind_ns[what], before.behind_ns[what]);
  };
  totals.behind_running_ns = behind(BS_BEHIND_RUNNING);
  totals.behind_waiting_ns = behind(BS_BEHIND_WAITING);
  totals.behind_nothing_ns = behind(BS_BEHIND_NOTHING);
  totals.stopped_ns = grown(now.stopped_in_flight_ns, before.stopped_in_flight_ns);
  // A request that moved to its reader's process may take its start out again.
  totals.started = grown(now.started, before.started);
  totals.finished = grown(now.finished, before.finished);
  totals.latency_ns = grown(now.latency_ns, before.latency_ns);
  totals.socket_queue_ns = grown(now.socket_queue_ns, before.socket_queue_ns);
  totals.transfer_ns = grown(now.transfer_ns, before.transfer_ns);
  totals.aborted = grown(now.aborted, before.aborted);
  totals.pushed = grown(now.pushed, before.pushed);
  totals.held_back = grown(now.held_back, before.held_back);
  totals.excluded = grown(now.excluded, before.excluded);
  totals.long_polls = grown(now.long_polls, before.long_polls);
  totals.long_poll_ns = grown(now.long_poll_ns, before.long_poll_ns);
  totals.peak_in_flight = now.peak_in_flight;
  return totals;
}

}  // namespace

Result<> WindowReader::begin() {
  if (auto read = read_threads(nullptr); !read) return read;
  read_at_ = std::chrono::steady_clock::now();
  read_processes(nullptr);
  read_waits(nullptr);
  read_peers(nullptr);
  read_latencies(nullptr);
  read_counters(nullptr);
  return Done{};
}

Result<> WindowReader::read_events(Window& window) {
  rows_.clear();
  // The threads first: reading them books every open span, the processes' too.
  if (auto read = read_threads(&window); !read) return read;
  const auto now = std::chrono::steady_clock::now();
  window.observed_ns = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(now - read_at_).count());
  read_at_ = now;
  read_processes(&window);
  read_waits(&window);
  read_peers(&window);
  read_latencies(&window);
  read_counters(&window);
  return Done{};
}

ProcessWindow& WindowReader::process_window(Window& window, pid_t pid) {
  const auto [found, is_new] = rows_.emplace(pid, window.processes.size());
  if (is_new) {
    window.processes.emplace_back();
    window.processes.back().pid = pid;
  }
  return window.processes[found->second];
}

Result<> WindowReader::read_threads(Window* window) {
  // What is discarded is discarded whole, or it would turn up in a later row.
  kernel_->skeleton().bss->read_all = window == nullptr ? 1 : 0;
  auto text = kernel_->run_read_threads();
  if (!text) return text.error();
  for (std::size_t at = 0; at + sizeof(bs_thread_record) <= text->size();
       at += sizeof(bs_thread_record)) {
    bs_thread_record record;
    std::memcpy(&record, text->data() + at, sizeof(record));
    slots_->learn(record.slot, static_cast<pid_t>(record.pid));
    if (window == nullptr) continue;
    add_times(process_window(*window, static_cast<pid_t>(record.pid)), record.times);
    ThreadWindow thread;
    thread.tid = static_cast<pid_t>(record.tid);
    thread.pid = static_cast<pid_t>(record.pid);
    thread.comm = comm_of(record.comm);
    thread.switches = record.times.switches;
    add_times(thread, record.times);
    window->threads.push_back(std::move(thread));
  }
  if (window != nullptr && window->threads.size() > kThreadRows) {
    const auto busy = [](const ThreadWindow& a, const ThreadWindow& b) {
      const auto weight = [](const ThreadWindow& t) {
        return t.on_cpu_ns + t.preempted_ns + t.woken_ns + t.throttled_ns;
      };
      return weight(a) > weight(b);
    };
    std::nth_element(window->threads.begin(), window->threads.begin() + kThreadRows,
                     window->threads.end(), busy);
    window->threads.resize(kThreadRows);
  }
  return Done{};
}

void WindowReader::read_processes(Window* window) {
  std::map<std::uint32_t, bs_process> present;
  for (const auto& [slot, pid] : slots_->in_use()) {
    bs_process& live = kernel_->process(slot);
    bs_process now = live;
    // A slot that was given to another process starts from nothing.
    const auto known = processes_.find(slot);
    const bs_process before =
        known != processes_.end() && known->second.pid == now.pid ? known->second : bs_process{};
    live.peak_in_flight = 0;
    if (window != nullptr) {
      const RequestTotals requests = requests_between(now, before);
      if (requests.observed_ns > 0 || now.exited.switches > before.exited.switches) {
        ProcessWindow& row = process_window(*window, pid);
        row.requests = requests;
        row.running_any_ns = grown(now.running_any_ns, before.running_any_ns);
        row.stopped_running_ns = grown(now.stopped_running_ns, before.stopped_running_ns);
        bs_times exited = now.exited;
        exited.on_cpu_ns -= before.exited.on_cpu_ns;
        exited.preempted_ns -= before.exited.preempted_ns;
        exited.woken_ns -= before.exited.woken_ns;
        exited.throttled_ns -= before.exited.throttled_ns;
        for (std::size_t i = 0; i < kWaitClasses; ++i)
          exited.blocked_ns[i] -= before.exited.blocked_ns[i];
        for (std::size_t i = 0; i < BS_FREEING; ++i)
          exited.freeing_ns[i] -= before.exited.freeing_ns[i];
        add_times(row, exited);
      }
      const LockCause cause{
          pid, now.lock_running_ns - before.lock_running_ns, now.lock_disk_ns - before.lock_disk_ns,
          now.lock_upstream_ns - before.lock_upstream_ns, now.lock_other_ns - before.lock_other_ns};
      if (cause.running_ns + cause.disk_ns + cause.upstream_ns + cause.other_ns > 0)
        window->lock_causes.push_back(cause);
    }
    present[slot] = now;
    if (window != nullptr && slot != 0 && now.exited_at_ns != 0) ended_.push_back(slot);
  }
  processes_ = std::move(present);
}

void WindowReader::read_waits(Window* window) {
  drain<bs_subject, bs_wait>(
      bpf_map__fd(kernel_->skeleton().maps.waits), BS_MAX_WAITS,
      [&](const bs_subject& subject, const bs_wait& wait) {
        if (window == nullptr) return;
        WaitTotals totals;
        totals.pid = slots_->pid_of(subject.slot);
        totals.wait_class = static_cast<WaitClass>(std::min<std::uint32_t>(
            subject.wait_class, static_cast<std::uint32_t>(WaitClass::other)));
        totals.subject = subject_name(subject, {});
        totals.blocked_ns = wait.ns;
        totals.count = wait.count;
        totals.longest_ns = wait.longest_ns;
        window->waits.push_back(std::move(totals));
      });
}

void WindowReader::read_peers(Window* window) {
  const int map = bpf_map__fd(kernel_->skeleton().maps.peers);
  bs_subject key{};
  bs_subject* previous = nullptr;
  while (bpf_map_get_next_key(map, previous, &key) == 0) {
    previous = &key;
    bs_peer now{};
    if (bpf_map_lookup_elem(map, &key, &now) != 0) continue;
    bs_peer& before = peers_[std::string(reinterpret_cast<const char*>(&key), sizeof(key))];
    const std::uint64_t calls = now.calls - before.calls;
    const std::uint64_t resends = now.resends - before.resends;
    const std::uint64_t connects = now.connects - before.connects;
    if (window != nullptr && calls + resends + connects > 0) {
      UpstreamTotals totals;
      totals.pid = slots_->pid_of(key.slot);
      totals.peer =
          subject_name(key, std::string_view(now.name, strnlen(now.name, sizeof(now.name))));
      totals.internal = now.internal != 0;
      totals.calls = calls;
      // Connecting is part of what a call costs whoever makes it.
      totals.latency_ns = now.latency_ns - before.latency_ns + now.connect_ns - before.connect_ns;
      totals.longest_ns = now.longest_ns;
      totals.resends = resends;
      totals.pickup_ns = now.pickup_ns - before.pickup_ns;
      window->upstreams.push_back(std::move(totals));
    }
    before = now;
  }
}

void WindowReader::read_latencies(Window* window) {
  read_histogram(BS_LATENCIES, window != nullptr ? &window->latencies : nullptr);
  if (kernel_->skeleton().bss->stops_are_seen != 0)
    read_histogram(BS_LATENCIES_WITHOUT_STOPS,
                   window != nullptr ? &window->latencies_without_stops : nullptr);
}

void WindowReader::read_histogram(bs_latencies which, std::vector<LatencyBucket>* grown) {
  bs_latency_histogram now{};
  const std::uint32_t key = which;
  if (bpf_map_lookup_elem(bpf_map__fd(kernel_->skeleton().maps.latencies), &key, &now) != 0) return;
  std::array<std::uint64_t, BS_LATENCY_BUCKETS>& before = latencies_[which];
  for (std::uint32_t i = 0; i < BS_LATENCY_BUCKETS; ++i) {
    if (grown != nullptr && now.buckets[i] > before[i])
      grown->push_back({i, now.buckets[i] - before[i]});
    before[i] = now.buckets[i];
  }
}

void WindowReader::read_counters(Window* window) {
  const std::array<std::uint64_t, BS_COUNTERS> now =
      read_per_cpu<BS_COUNTERS>(bpf_map__fd(kernel_->skeleton().maps.counters));
  const auto since = [&](bs_counter counter) { return now[counter] - counters_[counter]; };
  if (window != nullptr) {
    window_events_ = {since(BS_COUNT_SWITCH), since(BS_COUNT_WAKE), since(BS_COUNT_SOCKET),
                      since(BS_COUNT_FREEING)};
    window->cost.switches = since(BS_COUNT_SWITCH);
    window->cost.socket_events = since(BS_COUNT_SOCKET);
    for (const LossName& loss : kLosses) {
      // Also what was lost before: while threads and files were marked, and between the slices.
      std::uint64_t lost =
          now[loss.counter] - std::exchange(told_[loss.counter], now[loss.counter]);
      if (loss.counter == BS_LOST_PROCESSES) lost += slots_->take_lost();
      if (lost > 0) window->losses.push_back({loss.what, lost});
    }
  }
  counters_ = now;
}

std::vector<std::uint32_t> WindowReader::take_ended() { return std::exchange(ended_, {}); }

std::array<std::uint64_t, kEventKinds> WindowReader::events() const {
  const auto now = read_per_cpu<BS_COUNTERS>(bpf_map__fd(kernel_->skeleton().maps.counters));
  return {now[BS_COUNT_SWITCH], now[BS_COUNT_WAKE], now[BS_COUNT_SOCKET], now[BS_COUNT_FREEING]};
}

}  // namespace boundscope
