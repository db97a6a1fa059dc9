#include "analyze/process_model.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "analyze/owners/heap_waits.h"
#include "analyze/thresholds.h"

namespace boundscope {
namespace {

constexpr double kNsPerS = 1e9;
// Mean number of waits open beside the queue, from which on the queue is for them [E].
constexpr double kRealWaits = 0.3;
constexpr double kInterpreterBusy = 0.8;
constexpr double kMostWaitsWhileRunning = 10;  // a loop that hardly ever sleeps tells little [E]
constexpr double kWaitsForRequests = 0.1;      // of the time without one [E]
// Fewer calls than that per request, and more sends than calls: requests share connections [E].
constexpr double kCallsPerRequest = 0.8;
// Of the CPU time of a process: time with any of its threads on CPU. Near 1: never two at once.
constexpr double kOneAtATime = 0.9;

struct Activities {
  std::array<double, kActivities> point{}, low{}, high{}, background{};
  double& operator[](Activity activity) { return point[static_cast<std::size_t>(activity)]; }
};

// A process over the observed windows of the run.
struct ProcessSums {
  Activities activity;
  double observed_ns = 0, idle_ns = 0, in_flight_ns = 0, finished = 0;
  double on_cpu_ns = 0, running_any_ns = 0, waiting_for_cpu_ns = 0, throttled_ns = 0;
  std::array<double, kWaitClasses> blocked_ns{};
  double busiest_thread_ns = 0, parked_threads = 0;
  double busiest_serving_ns = 0, most_serving_ns = 0;  // of a thread's waits for clients
  LockCause lock_cause;
  double heap_wait_part = 0;  // of the lock waits
  double freeing_ns = 0;      // of on_cpu_ns
  double calls = 0, resends = 0, call_ns = 0, internal_calls = 0, internal_call_ns = 0;

  double busy_ns() const { return std::max(0.0, observed_ns - idle_ns); }
  double blocked(WaitClass wait) const { return blocked_ns[static_cast<std::size_t>(wait)]; }
};

std::size_t at(Activity activity) { return static_cast<std::size_t>(activity); }

void add_process(ProcessSums& sums, const ProcessWindow& window) {
  const RequestTotals& requests = window.requests;
  sums.observed_ns += static_cast<double>(requests.observed_ns);
  sums.idle_ns += static_cast<double>(requests.idle_ns);
  sums.in_flight_ns += static_cast<double>(requests.in_flight_ns);
  sums.finished += static_cast<double>(requests.finished);
  for (std::size_t i = 0; i < kActivities; ++i) {
    sums.activity.point[i] += static_cast<double>(requests.activity[i].point_ns);
    sums.activity.low[i] += static_cast<double>(requests.activity[i].low_ns);
    sums.activity.high[i] += static_cast<double>(requests.activity[i].high_ns);
    sums.activity.background[i] += static_cast<double>(requests.background_ns[i]);
  }
  sums.on_cpu_ns += static_cast<double>(window.on_cpu_ns);
  sums.running_any_ns += static_cast<double>(window.running_any_ns);
  sums.freeing_ns += static_cast<double>(window.reclaim_ns + window.compaction_ns);
  sums.waiting_for_cpu_ns += static_cast<double>(window.preempted_ns + window.woken_ns);
  sums.throttled_ns += static_cast<double>(window.throttled_ns);
  for (std::size_t i = 0; i < kWaitClasses; ++i) {
    sums.blocked_ns[i] += static_cast<double>(window.blocked_ns[i]);
  }
}

void add_calls(ProcessSums& sums, const UpstreamTotals& upstream) {
  sums.calls += static_cast<double>(upstream.calls);
  sums.resends += static_cast<double>(upstream.resends);
  sums.call_ns += static_cast<double>(upstream.latency_ns);
  if (!may_be_internal(upstream)) return;
  sums.internal_calls += static_cast<double>(upstream.calls);
  sums.internal_call_ns += static_cast<double>(upstream.latency_ns);
}

// Threads that sit in one futex wait for the whole run carry no request; the busiest may be alone.
void add_threads(std::map<pid_t, ProcessSums>& all, const Run& run) {
  struct ThreadSums {
    pid_t pid = 0;
    double lock_ns = 0, on_cpu_ns = 0, serving_ns = 0, switches = 0;
  };
  std::map<pid_t, ThreadSums> threads;
  for (const Window* window : run.windows) {
    for (const ThreadWindow& thread : window->threads) {
      ThreadSums& sums = threads[thread.tid];
      sums.pid = thread.pid;
      sums.lock_ns +=
          static_cast<double>(thread.blocked_ns[static_cast<std::size_t>(WaitClass::lock)]);
      sums.on_cpu_ns += static_cast<double>(thread.on_cpu_ns);
      for (const WaitClass wait :
           {WaitClass::client, WaitClass::accept, WaitClass::poll, WaitClass::io_uring}) {
        sums.serving_ns += static_cast<double>(thread.blocked_ns[static_cast<std::size_t>(wait)]);
      }
      sums.switches += static_cast<double>(thread.switches);
    }
  }
  for (const auto& [tid, thread] : threads) {
    const auto process = all.find(thread.pid);
    if (process == all.end()) continue;
    if (thread.on_cpu_ns > process->second.busiest_thread_ns) {
      process->second.busiest_thread_ns = thread.on_cpu_ns;
      process->second.busiest_serving_ns = thread.serving_ns;
    }
    process->second.most_serving_ns = std::max(process->second.most_serving_ns, thread.serving_ns);
    if (thread.lock_ns >= kParkedThread * run.observed_ns &&
        thread.switches < kParkedSwitchesPerS * run.observed_ns / kNsPerS) {
      process->second.parked_threads += 1;
    }
  }
}

std::map<pid_t, ProcessSums> sums_of(const Run& run) {
  std::map<pid_t, ProcessSums> all;
  for (const Window* window : run.windows) {
    for (const ProcessWindow& process : window->processes) add_process(all[process.pid], process);
    for (const UpstreamTotals& upstream : window->upstreams) add_calls(all[upstream.pid], upstream);
    for (const LockCause& cause : window->lock_causes) {
      LockCause& sum = all[cause.pid].lock_cause;
      sum.running_ns += cause.running_ns;
      sum.disk_ns += cause.disk_ns;
      sum.upstream_ns += cause.upstream_ns;
      sum.other_ns += cause.other_ns;
    }
  }
  add_threads(all, run);
  for (const auto& [pid, part] : heap_wait_parts(run)) all[pid].heap_wait_part = part;
  return all;
}

bool is_interpreter(Runtime runtime) {
  return runtime == Runtime::cpython || runtime == Runtime::ruby;
}

// Their requests are not tied to threads: a thread in a futex has nothing to do.
bool parks_idle_threads_in_futex(Runtime runtime) {
  return runtime == Runtime::go || runtime == Runtime::node || runtime == Runtime::beam;
}

LockSplit lock_split(const ProcessSums& sums, Runtime runtime) {
  const LockCause& cause = sums.lock_cause;
  const double total =
      static_cast<double>(cause.running_ns + cause.disk_ns + cause.upstream_ns + cause.other_ns);
  LockSplit split;
  split.heap = sums.heap_wait_part;
  split.other = 1 - split.heap;
  if (total > 0) {
    split.disk = static_cast<double>(cause.disk_ns) / total;
    split.upstream = static_cast<double>(cause.upstream_ns) / total;
    // Who waits for room is woken by the collector, which runs, or wakes up by itself.
    const double calling = split.disk + split.upstream;
    const double room = std::min(1.0, calling > 0 ? (1 - split.heap) / calling : 1.0);
    split.disk *= room;
    split.upstream *= room;
    const double left = std::max(0.0, 1 - split.heap - split.disk - split.upstream);
    const auto running = static_cast<double>(cause.running_ns);
    const auto others = static_cast<double>(cause.other_ns);
    split.running = running + others > 0 ? left * running / (running + others) : 0;
    split.other = left - split.running;
  }
  if (!is_interpreter(runtime)) return split;
  split.interpreter = split.running;
  split.running = 0;
  // Waits for the interpreter lock time out and start again, so that nobody seems to end them.
  if (sums.on_cpu_ns >= kInterpreterBusy * sums.observed_ns) {
    split.interpreter += split.other;
    split.other = 0;
  }
  return split;
}

// Nearly all work is done by one thread, and that does not serve: while there is no request,
// threads that do wait for one.
bool works_apart(const ProcessSums& sums) {
  const double waits = kWaitsForRequests * sums.idle_ns;
  return sums.busiest_thread_ns >= kLoneThread * sums.on_cpu_ns &&
         sums.busiest_serving_ns < waits && sums.most_serving_ns >= waits;
}

// Thread time on a CPU, or waiting for one, while requests were in flight.
double beside_requests_ns(const ProcessSums& sums, Activity activity) {
  const double all = activity == Activity::running ? sums.on_cpu_ns - sums.freeing_ns
                                                   : sums.waiting_for_cpu_ns + sums.throttled_ns;
  return std::max(0.0, all - sums.activity.background[at(activity)]);
}

// Time of an activity that had nothing to do with requests, as far as the idle time tells.
double background(const ProcessSums& sums, Activity activity) {
  double rate = 0;
  if (sums.idle_ns >= kMinIdleForBackgroundS * kNsPerS) {
    rate = sums.activity.background[at(activity)] / sums.idle_ns;
  }
  const bool on_cpu = activity == Activity::running || activity == Activity::runnable;
  // A lone thread cannot work beside itself; what it does after an answer belongs to that request.
  if (on_cpu && sums.busiest_thread_ns >= kLoneThread * sums.on_cpu_ns && !works_apart(sums)) {
    rate = 0;
  }
  if (activity == Activity::lock) rate = std::max(rate, sums.parked_threads);
  return rate * sums.busy_ns();
}

void set_activity_factors(ProcessModel& model, ProcessSums& sums, Runtime runtime) {
  Activities& activity = sums.activity;
  double released = 0;
  for (std::size_t i = 0; i < kActivities; ++i) {
    const double point = activity.point[i];
    if (!(point > 0)) continue;
    const auto kind = static_cast<Activity>(i);
    const bool on_cpu = kind == Activity::running || kind == Activity::runnable;
    // The point counts no more threads than there are requests; who is beside them may be one more.
    const double busy = on_cpu ? std::max(point, beside_requests_ns(sums, kind)) : point;
    model.keep[i] = std::clamp((busy - background(sums, kind)) / point, 0.0, 1.0);
    if (kind == Activity::lock && parks_idle_threads_in_futex(runtime)) model.keep[i] = 0;
    // Whether CPU work beside requests was background or trailing work can seldom be told.
    model.keep_high[i] = on_cpu && !works_apart(sums) ? 1 : model.keep[i];
    released += point * (1 - model.keep[i]);
  }

  const double disk_room =
      std::max(0.0, activity.high[at(Activity::disk)] - activity[Activity::disk]);
  const double upstream_room =
      std::max(0.0, activity.high[at(Activity::upstream)] - activity[Activity::upstream]);
  const double room = disk_room + upstream_room;
  // A request with a call open waits for the call; the thread in a futex beside it is a spare one.
  const std::size_t lock = at(Activity::lock);
  if (activity.point[lock] > 0) {
    const double kept = activity.point[lock] * model.keep[lock];
    const double ambiguous =
        std::clamp(kept - activity.low[lock], 0.0, std::max(0.0, room - released));
    model.keep[lock] -= ambiguous / activity.point[lock];
    model.keep[lock] = std::max(0.0, model.keep[lock]);
    released += ambiguous;
  }
  if (!(released > 0) || !(room > 0)) return;
  const double filled = std::min(1.0, room / released);
  model.released_to_disk = filled * disk_room / room;
  model.released_to_upstream = filled * upstream_room / room;
}

bool has_real_waits(const ProcessModel& model, ProcessSums& sums) {
  const double waits =
      sums.activity[Activity::lock] * model.keep[at(Activity::lock)] +
      std::max(sums.activity[Activity::disk], sums.activity.high[at(Activity::disk)]) +
      std::max(sums.activity[Activity::upstream], sums.activity.high[at(Activity::upstream)]);
  return waits >= kRealWaits * sums.busy_ns();
}

ProcessModel model_of(ProcessSums& sums, Runtime runtime, double throttled_in_cgroup) {
  ProcessModel model;
  set_activity_factors(model, sums, runtime);
  if (sums.busy_ns() > 0) {
    model.released_to_running = std::min(1.0, sums.running_any_ns / sums.busy_ns());
  }
  const double runnable = sums.waiting_for_cpu_ns + sums.throttled_ns;
  if (runnable > 0) {
    model.throttled = std::max(sums.throttled_ns / runnable, throttled_in_cgroup);
  }
  // The kernel side counts who makes room for memory with the waits for pages.
  const double paging =
      sums.blocked(WaitClass::page_fault) + sums.blocked(WaitClass::memory) + sums.freeing_ns;
  const double disk = sums.blocked(WaitClass::disk_read) + sums.blocked(WaitClass::disk_write) +
                      sums.blocked(WaitClass::disk_sync) + sums.blocked(WaitClass::disk_other) +
                      sums.blocked(WaitClass::io_uring);
  if (paging + disk > 0) model.paging = paging / (paging + disk);
  model.lock = lock_split(sums, runtime);
  model.one_lane = is_interpreter(runtime) && sums.running_any_ns >= kOneAtATime * sums.on_cpu_ns;
  // Long calls take several sends too, but then every request that calls has a call of its own, and
  // a thread that sits in it. An event loop takes the answers, together or one by one.
  const bool shared = sums.resends > kMultiplexed * (sums.calls + sums.resends);
  const bool by_loop =
      sums.blocked(WaitClass::upstream) < kRealWaits * sums.activity.high[at(Activity::upstream)];
  model.multiplexed = shared && (by_loop || sums.calls < kCallsPerRequest * sums.finished);
  if (model.multiplexed) {
    // Who is woken by that loop waited for the peer.
    model.lock.upstream += model.lock.other;
    model.lock.other = 0;
    // A loop sleeps only once nobody queues for it: who is in flight then waits for the peer, and
    // as many do so while it runs.
    const double running = std::min(sums.running_any_ns, sums.busy_ns());
    model.waits_while_running =
        std::min(running / std::max(1.0, sums.busy_ns() - running), kMostWaitsWhileRunning);
  }
  model.waits_are_real = has_real_waits(model, sums);
  return model;
}

// Where the scheduler probe could not tell throttling from queueing, the cgroup's clock does.
double throttled_in_cgroup(const Run& run, const std::map<pid_t, ProcessSums>& all) {
  double throttled = 0;
  double waiting = 0;
  for (const auto& [pid, sums] : all) {
    throttled += sums.throttled_ns;
    waiting += sums.waiting_for_cpu_ns;
  }
  if (throttled > 0 || !(waiting > 0)) return 0;
  double in_cgroup = 0;
  for (const Window* window : run.windows) {
    // That clock goes on between slices.
    const auto observed = static_cast<double>(window->observed_ns);
    if (observed < kFullyObserved * static_cast<double>(window->duration_ns)) continue;
    in_cgroup += static_cast<double>(window->host.cgroup_throttled_ns.value_or(0));
  }
  return std::min(1.0, in_cgroup / waiting);
}

// Processes that call others of the target are fronts; those that do not but have requests, about
// as many as there were such calls, stand behind them. One level: a chain of three counts as two.
void link_internal_calls(std::map<pid_t, ProcessModel>& models,
                         const std::map<pid_t, ProcessSums>& all) {
  constexpr double kTolerance = 1.5;
  double calls = 0, replaced_ns = 0, behind_finished = 0, behind_ns = 0;
  for (const auto& [pid, sums] : all) {
    if (sums.internal_calls > 0) {
      calls += sums.internal_calls;
      const double upstream_ns = sums.activity.point[at(Activity::upstream)];
      replaced_ns += upstream_ns * sums.internal_call_ns / std::max(1.0, sums.call_ns);
    } else {
      behind_finished += sums.finished;
      behind_ns += sums.in_flight_ns;
    }
  }
  if (!(replaced_ns > 0) || !(behind_ns > 0)) return;
  // Who stands in for a wait takes about as long as it.
  if (replaced_ns > kTolerance * behind_ns) return;
  if (behind_finished > kTolerance * calls || calls > kTolerance * behind_finished) return;
  for (const auto& [pid, sums] : all) {
    ProcessModel& model = models[pid];
    if (sums.internal_calls > 0) {
      model.internal_upstream = sums.internal_call_ns / std::max(1.0, sums.call_ns);
    } else {
      model.internal = true;
      model.weight = replaced_ns / behind_ns;
    }
  }
}

}  // namespace

bool may_be_internal(const UpstreamTotals& upstream) {
  return upstream.internal || upstream.peer.starts_with("unix:");
}

std::map<pid_t, ProcessModel> process_models(const Run& run) {
  std::map<pid_t, ProcessSums> all = sums_of(run);
  const double in_cgroup = throttled_in_cgroup(run, all);
  std::map<pid_t, ProcessModel> models;
  for (auto& [pid, sums] : all) models[pid] = model_of(sums, run.runtime_of(pid), in_cgroup);
  link_internal_calls(models, all);
  return models;
}

}  // namespace boundscope
