#include "collect/session.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <optional>
#include <thread>

#include "collect/recording_header.h"
#include "collect/seeding.h"
#include "collect/sweep.h"
#include "probes.skel.h"

namespace boundscope {
namespace {

using std::chrono::duration;
using std::chrono::duration_cast;
using std::chrono::nanoseconds;

// A short measurement is cut finer, so that there are enough windows to tell chance from habit.
constexpr double kWindowsWanted = 16;
constexpr double kShortestWindow = 0.25;
constexpr double kSlicesWanted = 20;
constexpr double kLongestSliced = 2;  // windows
constexpr double kFirstSettle =
    0.05;  // requests that were open before us are answered by then, mostly
constexpr double kCalibration = 0.1;
constexpr double kLongestSettle = 0.25;
constexpr double kShortestSettle = 0.005;
constexpr double kSettleLatencies = 3;
constexpr double kLongestUnsettled = 5;
constexpr double kLongPollAge = 1.0;
constexpr double kMemoryLookAt = 0.25;  // of the run
constexpr double kMemoryLookAtS = 10;
constexpr double kMemoryLookShare = 0.001;  // of one CPU over the run
constexpr double kShortestMemoryLook = 0.02;
constexpr double kLongestMemoryLook = 0.06;
constexpr auto kCensusInterval = std::chrono::seconds(5);
constexpr auto kSharedInterval = std::chrono::seconds(30);
constexpr auto kPollInterval = std::chrono::milliseconds(20);

Session::Clock::duration seconds(double value) {
  return duration_cast<Session::Clock::duration>(duration<double>(value));
}

std::uint64_t own_cpu_ns() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ns = [](const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(time.tv_usec) * 1000;
  };
  return ns(usage.ru_utime) + ns(usage.ru_stime);
}

std::uint64_t sum_on_cpu(const Window& window) {
  std::uint64_t sum = 0;
  for (const ProcessWindow& process : window.processes) sum += process.on_cpu_ns;
  return sum;
}

// Empty: none finished.
std::optional<double> mean_s(const std::vector<LatencyBucket>& latencies) {
  double count = 0;
  double sum_ns = 0;
  for (const LatencyBucket& bucket : latencies) {
    const auto middle_ns = static_cast<double>(latency_bucket_lower_ns(bucket.index) +
                                               latency_bucket_lower_ns(bucket.index + 1)) /
                           2;
    count += static_cast<double>(bucket.count);
    sum_ns += static_cast<double>(bucket.count) * middle_ns;
  }
  return count > 0 ? std::optional(1e-9 * sum_ns / count) : std::nullopt;
}

// Of a window in which they say nothing.
void drop_events(Window& window) {
  window.observed_ns = 0;
  window.processes.clear();
  window.threads.clear();
  window.waits.clear();
  window.lock_causes.clear();
  window.upstreams.clear();
  window.latencies.clear();
  window.latencies_without_stops.clear();
}

}  // namespace

Session::Session(const Target& target, const CollectOptions& options, RecordingSink& sink,
                 LoadedProbes::Parts probes)
    : target_(target),
      options_(options),
      sink_(sink),
      kernel_(std::move(probes.kernel)),
      statistics_(std::move(probes.statistics)),
      sampler_(std::move(probes.sampler)),
      footprint_(options.roots),
      spaces_(ProcFs(options.roots.proc)),
      stacks_(options.roots, spaces_),
      stalls_(ProcFs(options.roots.proc), spaces_, std::move(probes.calibrator)),
      census_(target, options.roots),
      capabilities_(std::move(probes.missing_rights)) {
  lengths_.observed_s =
      std::min(options.window_s, std::max(kShortestWindow, options.duration_s / kWindowsWanted));
  lengths_.sliced_s = std::max(lengths_.observed_s, std::min(kLongestSliced * options.window_s,
                                                             options.duration_s / kSlicesWanted));
}

Result<std::unique_ptr<Session>> Session::start(const Target& target, const CollectOptions& options,
                                                RecordingSink& sink, LoadedProbes::Parts probes) {
  std::unique_ptr<Session> session(new Session(target, options, sink, std::move(probes)));

  auto slots = ProcessSlots::create(session->kernel_);
  if (!slots) return slots.error();
  session->slots_ = *std::move(slots);
  auto sniffer = Sniffer::open(session->kernel_);
  if (!sniffer) return sniffer.error();
  session->sniffer_ = *std::move(sniffer);
  session->reader_.emplace(session->kernel_, *session->slots_);
  auto samples = SampleReader::open(session->kernel_, *session->slots_, session->stacks_,
                                    session->stalls_, session->spaces_, options.roots);
  if (!samples) return samples.error();
  session->samples_.emplace(*std::move(samples));
  session->gc_.emplace(session->kernel_, options.roots);
  if (auto marked = session->mark_target(); !marked) return marked.error();

  const auto& loaded = session->kernel_.capabilities();
  session->capabilities_.insert(session->capabilities_.begin(), loaded.begin(), loaded.end());
  if (session->sampler_) {
    session->capabilities_.push_back({"samples", CapabilityState::available, "cpu-clock", ""});
  } else {
    // The waits can still be measured; whose CPU time it is cannot.
    session->capabilities_.push_back(
        {"samples", CapabilityState::absent, "", session->sampler_.error().message});
  }
  session->counters_.emplace(target, options.roots);
  return session;
}

Result<> Session::mark_target() {
  // From here on children are taken up by the kernel side; who was born in between is looked for
  // afterwards.
  if (auto attached = kernel_.attach_life_cycle(); !attached) return attached;
  auto alive = seed_processes(target_.processes, kernel_, *slots_);
  if (!alive) return alive.error();
  if (*alive == 0)
    return Error{ErrorKind::environment,
                 "the target (" + target_.description + ") ended before it could be measured",
                 "start it again, or let boundscope start it: boundscope attach -- COMMAND"};
  return take_up_newcomers();
}

Result<> Session::take_up_newcomers() {
  // Children are taken up by the kernel side. Only a cgroup gets members that are nobody's child,
  // and all of /proc is dear to read on a host with many processes.
  const auto now = Clock::now();
  if (!target_.cgroup_scope && census_at_ && now - *census_at_ < kCensusInterval) return Done{};
  census_at_ = now;
  const std::vector<TargetProcess> fresh = census_.newcomers();
  if (fresh.empty()) return Done{};
  auto alive = seed_processes(fresh, kernel_, *slots_);
  if (!alive) return alive.error();
  return Done{};
}

// Of processes that are new, or that execute another program by now.
void Session::follow_collections() {
  for (const auto& [slot, pid] : slots_->in_use()) {
    const TargetProcess* process = census_.find(pid);
    if (process == nullptr) continue;
    slots_->tell_runtime(slot, process->runtime);
    gc_->follow(slot, *process);
  }
}

Result<> Session::run(const std::atomic<bool>& stop) {
  started_ = window_started_ = Clock::now();
  tool_cpu_ns_ = own_cpu_ns();
  if (auto attached = attach_events(); !attached) return attached;
  // Only now: who waits for us to be attached (a command that we start) may go on.
  if (auto told = sink_.on_header(recording_header(target_, options_, capabilities_)); !told)
    return told;
  for (const TargetProcess& process : target_.processes)
    if (auto told = census_.announce(process, sink_); !told) return told;
  follow_collections();

  if (auto measured = first_window(stop); !measured) return measured;
  while (!stop && is_alive() && remaining_s() > 0.01)
    if (auto measured = next_window(stop); !measured) return measured;
  detach_events();
  const RecordingEnd end = !is_alive() ? RecordingEnd::target_exited
                           : stop      ? RecordingEnd::interrupted
                                       : RecordingEnd::complete;
  return sink_.on_end(end);
}

Result<> Session::attach_events() {
  kernel_.begin_generation();
  if (auto seeded = seed_listeners(kernel_, *slots_); !seeded) return seeded;
  if (!shared_seen_at_ || Clock::now() - *shared_seen_at_ >= kSharedInterval) {
    if (auto seeded = seed_shared_listeners(kernel_); !seeded) return seeded;
    shared_seen_at_ = Clock::now();
  }
  // The first probe is at work while the others are still being attached.
  attached_time_.begin(Clock::now());
  attach_began_ = Clock::now();
  if (auto attached = kernel_.attach_events(); !attached) return attached;
  // Only now: an answer that is sent before the probes see it would leave its request open.
  if (auto seeded = seed_connections(kernel_, *slots_); !seeded) return seeded;
  attached_ = Clock::now();
  return Done{};
}

void Session::detach_events() {
  kernel_.detach_events();
  attached_time_.end(Clock::now());
}

// The first window tells what an event costs here and how many there are; only then can the rest be
// planned.
Result<> Session::first_window(const std::atomic<bool>& stop) {
  Window window;
  wait(Clock::now() + seconds(kFirstSettle), stop);
  if (auto begun = reader_->begin(); !begun) return begun;
  sniffer_->allow();
  const auto began = Clock::now();
  const auto events_before = reader_->events();
  const auto runs_before = kernel_.event_runs();
  {
    const UniqueFd statistics = std::move(statistics_);  // off after it: accounting costs as well
    wait(began + seconds(kCalibration), stop);
    auto runs = kernel_.event_runs();
    auto events = reader_->events();
    for (std::size_t i = 0; i < kEventKinds; ++i) {
      runs[i].runs -= runs_before[i].runs;
      runs[i].ns -= runs_before[i].ns;
      events[i] -= events_before[i];
    }
    const double calibrated_s = duration<double>(Clock::now() - began).count();
    if (statistics) {
      costs_ = calibrate(runs, events);
      rates_.others_ns_per_s = cost_of_others_ns(runs, events) / calibrated_s;
    }
  }
  // A first estimate from the calibration alone decides whether the probes may stay attached.
  if (auto read = reader_->read_events(window); !read) return read;
  learn_rates(window);
  rates_.unobserved_s = duration<double>(attached_ - attach_began_).count() + kShortestSettle;

  const WindowPlan plan = plan_window(rates_, options_.budget_share, lengths_, remaining_s());
  if (plan.observed_s < plan.window_s) {
    const auto read = Clock::now();
    detach_events();
    rates_.unobserved_s += duration<double>(Clock::now() - read).count();
    if (auto marked = mark_pace(PaceMeter::Time::neither); !marked) return marked;
    wait(window_started_ + seconds(plan.window_s), stop);
  }
  return deliver(window);
}

Result<> Session::next_window(const std::atomic<bool>& stop) {
  const WindowPlan plan = plan_window(rates_, options_.budget_share, lengths_, remaining_s());
  const auto end = window_started_ + seconds(plan.window_s);
  Window window;
  if (auto taken = take_up_newcomers(); !taken) return taken;
  if (plan.observed_s < plan.window_s) {
    if (!attached_time_.is_running()) {
      if (auto marked = mark_pace(PaceMeter::Time::unwatched); !marked) return marked;
      if (auto attached = attach_events(); !attached) return attached;
    }
    const double settle = std::clamp(kSettleLatencies * rates_.mean_latency_s, kShortestSettle,
                                     std::min(kLongestSettle, plan.observed_s));
    wait(Clock::now() + seconds(settle), stop);
    if (auto begun = reader_->begin(); !begun) return begun;
    if (auto marked = mark_pace(PaceMeter::Time::neither); !marked) return marked;
    if (auto observed = observe(window, plan.observed_s, stop); !observed) return observed;
    if (auto marked = mark_pace(PaceMeter::Time::watched); !marked) return marked;
    detach_events();
    learn_slice(window);
    if (auto marked = mark_pace(PaceMeter::Time::neither); !marked) return marked;
    wait(end, stop);
  } else {
    if (!attached_time_.is_running()) {
      if (auto attached = attach_events(); !attached) return attached;
      wait(Clock::now() + seconds(kFirstSettle), stop);
      if (auto begun = reader_->begin(); !begun) return begun;
    }
    const double left = std::max(kShortestWindow / 2, duration<double>(end - Clock::now()).count());
    const auto observed_from = reader_->read_at();
    if (auto observed = observe(window, left, stop); !observed) return observed;
    if (!has_settled(observed_from)) drop_events(window);
  }
  return deliver(window);
}

// Event probes are attached and the reader has its base line.
Result<> Session::observe(Window& window, double observed_s, const std::atomic<bool>& stop) {
  const auto began = Clock::now();
  sniffer_->allow();
  wait(began + seconds(observed_s), stop);
  kernel_.skeleton().bss->long_poll_age_ns =
      static_cast<std::uint64_t>(1e9 * std::max(kLongPollAge, 10 * mean_latency_with_stops_s_));
  const auto since_read_ns = static_cast<std::uint64_t>(
      duration_cast<nanoseconds>(Clock::now() - reader_->read_at()).count());
  if (auto swept = sweep_sockets(kernel_, *slots_, since_read_ns); !swept) return swept;
  if (auto read = reader_->read_events(window); !read) return read;
  learn_rates(window);
  return Done{};
}

void Session::learn_rates(const Window& window) {
  if (window.observed_ns == 0) return;
  const double observed_s = 1e-9 * static_cast<double>(window.observed_ns);
  double cost_ns = 0;
  for (std::size_t i = 0; i < kEventKinds; ++i)
    cost_ns += static_cast<double>(reader_->window_events()[i]) * costs_.ns[i];
  // One slice is not like the next: half of what was known is kept.
  const double cost_ns_per_s = cost_ns / observed_s;
  rates_.cost_ns_per_s =
      rates_.cost_ns_per_s == 0 ? cost_ns_per_s : (rates_.cost_ns_per_s + cost_ns_per_s) / 2;
  rates_.cpu_ns_per_s = static_cast<double>(sum_on_cpu(window)) / observed_s;
  // A stop that some requests met says nothing about how long the next ones will be under way, but
  // they were no long polls.
  const bool knows_stops = !window.latencies_without_stops.empty();
  const auto mean = mean_s(window.latencies);
  const auto undisturbed = knows_stops ? mean_s(window.latencies_without_stops) : mean;
  if (undisturbed) rates_.mean_latency_s = *undisturbed;
  if (mean) mean_latency_with_stops_s_ = *mean;
}

// The budget is a share of all the CPU time that the target uses, not only of that in the slices.
void Session::learn_host(const Window& window) {
  if (window.duration_ns == 0) return;
  const double duration_s = 1e-9 * static_cast<double>(window.duration_ns);
  // /proc knows nothing of processes that have ended since.
  const std::uint64_t cpu_ns = std::max(window.host.cpu_ns.value_or(0), sum_on_cpu(window));
  rates_.cpu_ns_per_s = static_cast<double>(cpu_ns) / duration_s;
  rates_.host_busy_ns_per_s =
      static_cast<double>(window.host.host_busy_ns.value_or(0)) / duration_s;
}

// What a slice costs beside what is observed in it.
void Session::learn_slice(const Window& window) {
  const double attached_s = duration<double>(Clock::now() - attach_began_).count();
  rates_.unobserved_s = std::max(0.0, attached_s - 1e-9 * static_cast<double>(window.observed_ns));
}

// Requests that were under way when we attached are unknown to the joint state until they are
// answered.
bool Session::has_settled(Clock::time_point observed_from) const {
  const double settled = duration<double>(observed_from - attached_).count();
  return settled >= kSettleLatencies * rates_.mean_latency_s || settled > kLongestUnsettled;
}

void Session::add_cost(Window& window) {
  const std::uint64_t cpu = own_cpu_ns();
  window.cost.tool_cpu_ns = cpu - tool_cpu_ns_;
  tool_cpu_ns_ = cpu;
  if (const auto own = ProcFs(options_.roots.proc).memory(getpid()))
    window.cost.tool_rss_bytes =
        own->resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  window.cost.events_on_target_ns = static_cast<std::uint64_t>(
      rates_.cost_ns_per_s * duration<double>(attached_time_.take(Clock::now())).count());
  window.cost.events_on_target_ns += gc_->cost_ns();
}

// Once in a run: to walk the mappings of a large process takes time, in which it cannot make new
// ones. Early, because a service may end before the run does, but not while it is being attached.
void Session::look_at_memory(Window& window, const std::vector<pid_t>& pids) {
  const double passed_s = duration<double>(Clock::now() - started_).count();
  if (memory_seen_ || passed_s < std::min(kMemoryLookAt * options_.duration_s, kMemoryLookAtS)) {
    return;
  }
  memory_seen_ = true;
  const double budget_s =
      std::clamp(kMemoryLookShare * options_.duration_s, kShortestMemoryLook, kLongestMemoryLook);
  window.memory = footprint_.read(pids, duration_cast<nanoseconds>(duration<double>(budget_s)));
}

Result<> Session::deliver(Window& window) {
  if (sampler_) sampler_->follow_cpus();
  spaces_.forget();
  samples_->read(window);
  sniffer_->read(window);
  const std::vector<pid_t> pids = slots_->take_living(ProcFs(options_.roots.proc));
  window.host = counters_->read(pids);
  look_at_memory(window, pids);
  // While events are observed all the time, a window ends where its events were read.
  const auto now = attached_time_.is_running() ? reader_->read_at() : Clock::now();
  window.start_ns = since_start_ns(window_started_);
  window.duration_ns = since_start_ns(now) - window.start_ns;
  learn_host(window);
  gc_->read(window, options_.budget_share);
  stalls_.read(window);
  window.pace = pace_.take();
  window_started_ = now;
  add_cost(window);

  for (const ThreadWindow& thread : window.threads)
    if (auto told = census_.announce(thread.pid, thread.comm, sink_); !told) return told;
  if (auto told = census_.announce_changed(sink_); !told) return told;
  follow_collections();
  for (const Frame& frame : stacks_.take_new_frames())
    if (auto told = sink_.on_frame(frame); !told) return told;
  for (const Stack& stack : stacks_.take_new_stacks())
    if (auto told = sink_.on_stack(stack); !told) return told;
  auto told = sink_.on_window(window);
  const std::vector<std::uint32_t> ended = reader_->take_ended();
  for (const std::uint32_t slot : ended) gc_->forget(slot);
  slots_->recycle(ended);
  return told;
}

// Asked often: one process that lives is enough.
bool Session::is_alive() {
  const auto lives = [this](std::uint32_t slot) {
    return slot != 0 && kernel_.process(slot).pid != 0 && kernel_.process(slot).exited_at_ns == 0;
  };
  if (lives(alive_slot_)) return true;
  for (const auto& [slot, pid] : slots_->in_use()) {
    if (!lives(slot)) continue;
    alive_slot_ = slot;
    return true;
  }
  return false;
}

void Session::wait(Clock::time_point until, const std::atomic<bool>& stop) {
  while (!stop && is_alive()) {
    samples_->walk_copies();
    stalls_.tick();
    const auto left = until - Clock::now();
    if (left <= Clock::duration::zero()) return;
    std::this_thread::sleep_for(std::min<Clock::duration>(left, kPollInterval));
  }
}

double Session::remaining_s() const {
  return options_.duration_s - duration<double>(Clock::now() - started_).count();
}

std::uint64_t Session::since_start_ns(Clock::time_point time) const {
  return static_cast<std::uint64_t>(duration_cast<nanoseconds>(time - started_).count());
}

}  // namespace boundscope
