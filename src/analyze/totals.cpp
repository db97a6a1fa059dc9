#include "analyze/totals.h"

#include <algorithm>

#include "analyze/stops.h"
#include "analyze/thresholds.h"

namespace boundscope {
namespace {

using Row = std::array<double, kColumns>;

std::size_t at(Activity activity) { return static_cast<std::size_t>(activity); }
std::size_t at(WaitClass wait) { return static_cast<std::size_t>(wait); }

// What a thread does when it has nothing to do, or when somebody outside has.
bool is_idle(WaitClass wait) {
  switch (wait) {
    case WaitClass::client:
    case WaitClass::accept:
    case WaitClass::pipe:
    case WaitClass::timer:
    case WaitClass::poll:
    case WaitClass::child:
      return true;
    default:
      return false;
  }
}

// What a process's requests lost to stops where no probe saw them: they stop as much of the
// requests in flight as of the time. It was taken for computing, or for queueing behind it.
struct StopEstimate {
  double of_running = 0;  // part of the running and behind_running time that was stops
  double ns = 0;
};

StopEstimate estimate_stops(const RequestTotals& requests, const ProcessStops& stops) {
  StopEstimate estimate;
  if (stops.seen) return estimate;
  const double pool = static_cast<double>(requests.activity[at(Activity::running)].point_ns) +
                      static_cast<double>(requests.behind_running_ns);
  if (!(pool > 0)) return estimate;
  estimate.ns = std::min(pool, stops.share * static_cast<double>(requests.in_flight_ns));
  estimate.of_running = estimate.ns / pool;
  return estimate;
}

// Goroutines wait without a thread: for a processor of the scheduler, and for each other's locks.
// The runtime's own sums tell how much of what queues behind the program that is.
struct ParkedWaits {
  double runnable = 0;
  double lock = 0;
};

ParkedWaits parked_waits(const RequestTotals& requests, const ProcessStops& stops, double queued) {
  const auto in_windows = static_cast<double>(requests.observed_ns);
  ParkedWaits waits;
  waits.runnable = std::min(queued, stops.runnable_share * in_windows);
  waits.lock = std::min(queued - waits.runnable, stops.mutex_wait_share * in_windows);
  return waits;
}

// Adds one kind (point, low or high) of a process's activities, split into parts.
void add_parts(Row& row, Column first, const std::array<double, kActivities>& activity,
               const ProcessModel& model) {
  const auto add = [&](Part part, double value) { row[at(first, part)] += model.weight * value; };
  const double runnable = activity[at(Activity::runnable)];
  const double lock = activity[at(Activity::lock)];
  const double disk = activity[at(Activity::disk)];
  add(Part::cpu, activity[at(Activity::running)]);
  add(Part::run_queue, runnable * (1 - model.throttled));
  add(Part::throttled, runnable * model.throttled);
  add(Part::lock_heap, lock * model.lock.heap);
  add(Part::lock_interpreter, lock * model.lock.interpreter);
  add(Part::lock_running, lock * model.lock.running);
  add(Part::lock_disk, lock * model.lock.disk);
  // On a shared connection they wait for the peer, else for whoever holds a connection.
  add(model.multiplexed ? Part::upstream : Part::lock_upstream, lock * model.lock.upstream);
  add(Part::lock_other, lock * model.lock.other);
  add(Part::disk, disk * (1 - model.paging));
  add(Part::paging, disk * model.paging);
  add(Part::upstream, activity[at(Activity::upstream)] * (1 - model.internal_upstream));
}

void add_requests(Row& row, const RequestTotals& requests, const ProcessModel& model,
                  const ProcessStops& stops) {
  const StopEstimate stop = estimate_stops(requests, stops);
  std::array<double, kActivities> point{}, low{}, high{};
  double released = 0;
  for (std::size_t i = 0; i < kActivities; ++i) {
    const ActivityTime& time = requests.activity[i];
    point[i] = static_cast<double>(time.point_ns) * model.keep[i];
    low[i] = static_cast<double>(time.low_ns) * model.keep[i];
    high[i] = static_cast<double>(time.high_ns) * model.keep_high[i];
    released += static_cast<double>(time.point_ns) * (1 - model.keep[i]);
  }
  for (auto* kind : {&point, &low, &high}) (*kind)[at(Activity::running)] *= 1 - stop.of_running;
  point[at(Activity::disk)] += released * model.released_to_disk;
  point[at(Activity::upstream)] += released * model.released_to_upstream;
  released *= std::max(0.0, 1 - model.released_to_disk - model.released_to_upstream);
  const double released_while_running = released * model.released_to_running;
  released -= released_while_running;
  add_parts(row, Column::point, point, model);
  add_parts(row, Column::low, low, model);
  add_parts(row, Column::high, high, model);

  const double long_polls = static_cast<double>(requests.long_poll_ns);
  const double replaced = point[at(Activity::upstream)] * model.internal_upstream;
  const double waiting = static_cast<double>(requests.behind_waiting_ns);
  double nothing = static_cast<double>(requests.behind_nothing_ns) - long_polls;
  double behind_running = static_cast<double>(requests.behind_running_ns) * (1 - stop.of_running) +
                          released_while_running;
  double queued = 0;
  if (model.multiplexed) {
    // Released time was spent beside an open call as well.
    const double beside = std::min(behind_running, waiting * model.waits_while_running);
    behind_running -= beside;
    row[at(Column::multiplexed)] += model.weight * (waiting + released + beside);
  } else if (model.waits_are_real) {
    queued = waiting;
    nothing += released;
  } else {
    nothing += waiting + released;
  }
  const ParkedWaits parked = parked_waits(requests, stops, behind_running);
  behind_running -= parked.runnable + parked.lock;
  for (const Column kind : {Column::point, Column::low, Column::high}) {
    row[at(kind, Part::run_queue)] += model.weight * parked.runnable;
    row[at(kind, Part::lock_other)] += model.weight * parked.lock;
    row[at(kind, Part::stopped)] +=
        model.weight * (static_cast<double>(requests.stopped_ns) + stop.ns);
  }
  row[at(Column::behind_waiting)] += model.weight * queued;
  row[at(Column::behind_nothing)] += model.weight * nothing;
  row[at(Column::behind_running)] += model.weight * behind_running;
  row[at(Column::socket_queue)] += model.weight * static_cast<double>(requests.socket_queue_ns);
  row[at(Column::transfer)] += model.weight * static_cast<double>(requests.transfer_ns);
  row[at(Column::in_flight)] +=
      model.weight * (static_cast<double>(requests.in_flight_ns) - long_polls - replaced);
  if (model.internal) return;
  row[at(Column::finished)] += static_cast<double>(requests.finished);
  row[at(Column::latency)] += static_cast<double>(requests.latency_ns);
}

// Thread view: while any thread of a process is on CPU the process makes progress; the rest of the
// time goes to what its working threads wait for, in proportion.
void add_thread_view(Row& row, const ProcessWindow& process, double wall, const ThreadSums& working,
                     const ProcessModel& model) {
  const double on_cpu = static_cast<double>(process.on_cpu_ns);
  // Making room for memory is no progress, and not in running_any_ns.
  const double running =
      std::min(wall, process.running_any_ns > 0 ? static_cast<double>(process.running_any_ns)
                                                : std::max(0.0, on_cpu - working.freeing_ns));
  double waits = working.waiting_for_cpu_ns + working.throttled_ns + working.freeing_ns;
  for (const double blocked : working.blocked_ns) waits += blocked;
  row[at(Column::threads_busy)] += running;
  row[at(Column::thread_view, Part::cpu)] += running;
  if (!(waits > 0)) return;

  const double scale = (wall - running) / waits;
  const auto add = [&](Part part, double value) {
    row[at(Column::thread_view, part)] += scale * value;
  };
  const double runnable = working.waiting_for_cpu_ns + working.throttled_ns;
  add(Part::run_queue, runnable * (1 - model.throttled));
  add(Part::throttled, runnable * model.throttled);
  add(Part::paging, working.freeing_ns);
  for (std::size_t i = 0; i < kWaitClasses; ++i) {
    const double blocked = working.blocked_ns[i];
    switch (static_cast<WaitClass>(i)) {
      case WaitClass::disk_read:
      case WaitClass::disk_write:
      case WaitClass::disk_sync:
      case WaitClass::disk_other:
      case WaitClass::io_uring:
        add(Part::disk, blocked);
        break;
      case WaitClass::page_fault:
      case WaitClass::memory:
        add(Part::paging, blocked);
        break;
      case WaitClass::upstream:
        add(Part::upstream, blocked);
        break;
      case WaitClass::lock:
        add(Part::lock_heap, blocked * model.lock.heap);
        add(Part::lock_interpreter, blocked * model.lock.interpreter);
        add(Part::lock_running, blocked * model.lock.running);
        add(Part::lock_disk, blocked * model.lock.disk);
        add(Part::lock_upstream, blocked * model.lock.upstream);
        add(Part::lock_other, blocked * model.lock.other);
        break;
      default:
        if (!is_idle(static_cast<WaitClass>(i))) add(Part::other, blocked);
    }
  }
}

void add_to(ThreadSums& sums, const ThreadWindow& thread) {
  sums.pid = thread.pid;
  sums.on_cpu_ns += static_cast<double>(thread.on_cpu_ns);
  sums.waiting_for_cpu_ns += static_cast<double>(thread.preempted_ns + thread.woken_ns);
  sums.throttled_ns += static_cast<double>(thread.throttled_ns);
  sums.switches += static_cast<double>(thread.switches);
  sums.freeing_ns += static_cast<double>(thread.reclaim_ns + thread.compaction_ns);
  for (std::size_t i = 0; i < kWaitClasses; ++i) {
    sums.blocked_ns[i] += static_cast<double>(thread.blocked_ns[i]);
  }
}

void add_threads(Row& row, const Window& window, const std::map<pid_t, ProcessModel>& models,
                 const Threads& threads) {
  std::map<pid_t, ThreadSums> working;  // by pid
  for (const ThreadWindow& thread : window.threads) {
    if (threads.working.contains(thread.tid)) add_to(working[thread.pid], thread);
    const auto busy = static_cast<double>(thread.on_cpu_ns + thread.preempted_ns + thread.woken_ns +
                                          thread.throttled_ns);
    if (thread.tid == threads.busiest && !threads.lane) row[at(Column::busiest_thread)] += busy;
    if (thread.tid == threads.second) row[at(Column::second_thread)] += busy;
  }
  for (const ProcessWindow& process : window.processes) {
    const auto sums = working.find(process.pid);
    if (sums != working.end()) {
      add_thread_view(row, process, static_cast<double>(window.observed_ns), sums->second,
                      models.at(process.pid));
    }
  }
}

void add_stalls(Row& row, const Window& window) {
  for (const StallTotals& stalls : window.stalls) {
    row[at(Column::stall_samples)] += static_cast<double>(stalls.samples);
    row[at(Column::stall_unread)] += static_cast<double>(stalls.unread);
    row[at(Column::stall_after_load)] += static_cast<double>(stalls.after_load);
    row[at(Column::stall_unclear)] += static_cast<double>(stalls.unclear);
    row[at(Column::stall_expected)] += stalls.expected_after_load;
  }
  for (const StallCounters& counters : window.stall_counters) {
    row[at(Column::stall_cycles)] += counters.cycles;
    row[at(Column::stall_memory_cycles)] += counters.memory_cycles;
  }
}

// CPU time the process would use if it got every CPU it asks for.
double wanted_ns(const ProcessWindow& process, const ProcessModel& model,
                 std::uint64_t observed_ns) {
  const std::uint64_t wanted = process.on_cpu_ns + process.preempted_ns + process.woken_ns;
  return static_cast<double>(model.one_lane ? std::min(wanted, observed_ns) : wanted);
}

void add_window(Row& row, const Window& window, const std::map<pid_t, ProcessModel>& models,
                const Threads& threads) {
  row[at(Column::observed)] += static_cast<double>(window.observed_ns);
  const std::map<pid_t, ProcessStops> stops = stops_of(window);
  for (const ProcessWindow& process : window.processes) {
    const auto own = stops.find(process.pid);
    add_requests(row, process.requests, models.at(process.pid),
                 own != stops.end() ? own->second : ProcessStops{});
    row[at(Column::stopped_running)] += static_cast<double>(process.stopped_running_ns);
    row[at(Column::on_cpu)] += static_cast<double>(process.on_cpu_ns);
    const double wanted = wanted_ns(process, models.at(process.pid), window.observed_ns);
    row[at(Column::wanted)] += wanted;
    if (process.pid == threads.lane) row[at(Column::busiest_thread)] += wanted;
  }
  add_threads(row, window, models, threads);
  add_stalls(row, window);
  if (window.host.cpu_ns) {
    row[at(Column::host_cpu)] += static_cast<double>(*window.host.cpu_ns);
    row[at(Column::host_cpu_time)] += static_cast<double>(window.duration_ns);
  }
  row[at(Column::periods)] += static_cast<double>(window.host.cgroup_periods.value_or(0));
  row[at(Column::periods_throttled)] +=
      static_cast<double>(window.host.cgroup_periods_throttled.value_or(0));
}

}  // namespace

double ThreadSums::working_ns() const {
  double sum = on_cpu_ns;
  for (const WaitClass wait :
       {WaitClass::disk_read, WaitClass::disk_write, WaitClass::disk_sync, WaitClass::disk_other,
        WaitClass::io_uring, WaitClass::page_fault, WaitClass::memory}) {
    sum += blocked_ns[at(wait)];
  }
  return sum;
}

Threads sum_threads(const Run& run, const std::map<pid_t, ProcessModel>& models) {
  Threads threads;
  for (const Window* window : run.windows) {
    for (const ThreadWindow& thread : window->threads) {
      ThreadSums& sums = threads.all[thread.tid];
      sums.comm = thread.comm;
      add_to(sums, thread);
    }
  }
  double busiest_ns = 0;
  double second_ns = 0;
  for (const auto& [tid, thread] : threads.all) {
    if (thread.working_ns() > 0 && thread.working_ns() >= kWorkingThread * run.observed_ns) {
      threads.working.insert(tid);
    }
    if (thread.busy_ns() > busiest_ns) {
      second_ns = busiest_ns;
      threads.second = threads.busiest;
      busiest_ns = thread.busy_ns();
      threads.busiest = tid;
    } else if (thread.busy_ns() > second_ns) {
      second_ns = thread.busy_ns();
      threads.second = tid;
    }
  }
  std::map<pid_t, double> lanes;
  for (const Window* window : run.windows) {
    for (const ProcessWindow& process : window->processes) {
      const ProcessModel& model = models.at(process.pid);
      if (model.one_lane) lanes[process.pid] += wanted_ns(process, model, window->observed_ns);
    }
  }
  for (const auto& [pid, busy_ns] : lanes) {
    if (busy_ns > busiest_ns) {
      busiest_ns = busy_ns;
      threads.lane = pid;
    }
  }
  return threads;
}

Table totals(const Run& run, const std::map<pid_t, ProcessModel>& models, const Threads& threads,
             const OwnerCounts& owners) {
  std::vector<Row> rows(run.rows);
  for (std::size_t i = 0; i < run.windows.size(); ++i) {
    add_window(rows[run.row[i]], *run.windows[i], models, threads);
  }
  Table table(run.rows, kColumns);
  for (std::size_t r = 0; r < run.rows; ++r) {
    for (std::size_t o = 0; o < kCpuOwners; ++o) {
      rows[r][at(Column::owner) + o] = owners.by_row[r][o];
    }
    const auto paging = [&](PagingWork work) {
      return owners.paging_by_row[r][static_cast<std::size_t>(work)];
    };
    rows[r][at(Column::paging_samples)] = paging(PagingWork::page_in);
    rows[r][at(Column::read_samples)] = paging(PagingWork::read);
    rows[r][at(Column::room_samples)] = paging(PagingWork::make_room);
    for (std::size_t c = 0; c < kColumns; ++c) table.at(r, c) = rows[r][c];
  }
  return table;
}

}  // namespace boundscope
