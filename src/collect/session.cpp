#include "collect/session.h"

#include <bpf/bpf.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <set>
#include <thread>

#include "collect/seeding.h"
#include "collect/sweep.h"
#include "probes.skel.h"
#include "target/limits.h"

namespace boundscope {
namespace {

using std::chrono::duration;
using std::chrono::duration_cast;
using std::chrono::nanoseconds;

// A short measurement is cut finer, so that there are enough windows to tell chance from habit.
constexpr double kWindowsWanted = 16;
constexpr double kShortestWindow = 0.25;
constexpr double kFirstSettle =
    0.05;  // requests that were open before us are answered by then, mostly
constexpr double kCalibration = 0.1;
constexpr double kLongestSettle = 0.25;
constexpr double kShortestSettle = 0.005;
constexpr double kSettleLatencies = 3;
constexpr double kLongPollAge = 1.0;
constexpr auto kCensusInterval = std::chrono::seconds(5);
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

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm fields{};
  gmtime_r(&now, &fields);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &fields);
  return text.data();
}

std::uint64_t sum_on_cpu(const Window& window) {
  std::uint64_t sum = 0;
  for (const ProcessWindow& process : window.processes) sum += process.on_cpu_ns;
  return sum;
}

}  // namespace

Session::Session(const Target& target, const CollectOptions& options, RecordingSink& sink,
                 KernelProbes kernel)
    : target_(target),
      options_(options),
      sink_(sink),
      kernel_(std::move(kernel)),
      stacks_(kernel_, options.roots),
      census_(target, options.roots) {
  options_.window_s =
      std::min(options.window_s, std::max(kShortestWindow, options.duration_s / kWindowsWanted));
}

Result<std::unique_ptr<Session>> Session::start(const Target& target, const CollectOptions& options,
                                                RecordingSink& sink) {
  auto kernel = KernelProbes::load();
  if (!kernel) return kernel.error();
  std::unique_ptr<Session> session(new Session(target, options, sink, *std::move(kernel)));

  auto slots = ProcessSlots::create(session->kernel_);
  if (!slots) return slots.error();
  session->slots_ = *std::move(slots);
  auto sniffer = Sniffer::open(session->kernel_);
  if (!sniffer) return sniffer.error();
  session->sniffer_ = *std::move(sniffer);
  session->reader_.emplace(session->kernel_, *session->slots_, session->stacks_);
  if (auto marked = session->mark_target(); !marked) return marked.error();

  session->capabilities_ = session->kernel_.capabilities();
  auto sampler =
      CpuSampler::attach(session->kernel_.skeleton().progs.on_cpu_sample, options.frequency_hz);
  if (sampler) {
    session->sampler_ = *std::move(sampler);
    session->capabilities_.push_back({"samples", CapabilityState::available, "cpu-clock", ""});
  } else {
    // The waits can still be measured; whose CPU time it is cannot.
    session->capabilities_.push_back(
        {"samples", CapabilityState::absent, "", sampler.error().message});
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
  if (!target_.cgroup_scope && now - census_at_ < kCensusInterval) return Done{};
  census_at_ = now;
  const std::vector<TargetProcess> fresh = census_.newcomers();
  if (fresh.empty()) return Done{};
  auto alive = seed_processes(fresh, kernel_, *slots_);
  if (!alive) return alive.error();
  return Done{};
}

RecordingHeader Session::header() const {
  RecordingHeader header;
  utsname system{};
  uname(&system);
  const TargetLimits limits = target_limits(target_, options_.roots);
  header.tool_version = BOUNDSCOPE_VERSION;
  header.started = utc_now();
  header.kernel = system.release;
  header.architecture = system.machine;
  header.cpus = limits.online_cpus;
  header.cpu_limit = limits.cpu_limit;
  header.cpu_quota = limits.cpu_quota;
  header.memory_limit_bytes = limits.memory_limit_bytes;
  header.host_memory_bytes = limits.host_memory_bytes;
  header.frequency_hz = options_.frequency_hz;
  header.budget_share = options_.budget_share;
  header.seed = static_cast<std::uint64_t>(std::time(nullptr));
  header.target = target_.description;
  header.capabilities = capabilities_;
  return header;
}

Result<> Session::run(const std::atomic<bool>& stop) {
  started_ = window_started_ = Clock::now();
  tool_cpu_ns_ = own_cpu_ns();
  if (auto attached = attach_events(); !attached) return attached;
  // Only now: who waits for us to be attached (a command that we start) may go on.
  if (auto told = sink_.on_header(header()); !told) return told;
  for (const TargetProcess& process : target_.processes)
    if (auto told = census_.announce(process, sink_); !told) return told;

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
  if (auto seeded = seed_files(kernel_); !seeded) return seeded;
  // The first probe is at work while the others are still being attached.
  attached_time_.begin(Clock::now());
  attach_began_ = Clock::now();
  if (auto attached = kernel_.attach_events(); !attached) return attached;
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
    const UniqueFd statistics(bpf_enable_stats(BPF_STATS_RUN_TIME));
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

  const WindowPlan plan =
      plan_window(rates_, options_.budget_share, options_.window_s, remaining_s());
  if (plan.observed_s < plan.window_s) {
    const auto read = Clock::now();
    detach_events();
    rates_.unobserved_s += duration<double>(Clock::now() - read).count();
    wait(window_started_ + seconds(plan.window_s), stop);
  }
  return deliver(window);
}

Result<> Session::next_window(const std::atomic<bool>& stop) {
  const WindowPlan plan =
      plan_window(rates_, options_.budget_share, options_.window_s, remaining_s());
  const auto end = window_started_ + seconds(plan.window_s);
  Window window;
  if (auto taken = take_up_newcomers(); !taken) return taken;
  if (plan.observed_s < plan.window_s) {
    if (!attached_time_.is_running())
      if (auto attached = attach_events(); !attached) return attached;
    const double settle = std::clamp(kSettleLatencies * rates_.mean_latency_s, kShortestSettle,
                                     std::min(kLongestSettle, plan.observed_s));
    wait(Clock::now() + seconds(settle), stop);
    if (auto begun = reader_->begin(); !begun) return begun;
    if (auto observed = observe(window, plan.observed_s, stop); !observed) return observed;
    detach_events();
    learn_slice(window);
    wait(end, stop);
  } else {
    if (!attached_time_.is_running()) {
      if (auto attached = attach_events(); !attached) return attached;
      wait(Clock::now() + seconds(kFirstSettle), stop);
      if (auto begun = reader_->begin(); !begun) return begun;
    }
    const double left = duration<double>(end - Clock::now()).count();
    if (auto observed = observe(window, left, stop); !observed) return observed;
    drop_unsettled(window);
  }
  return deliver(window);
}

// Event probes are attached and the reader has its base line.
Result<> Session::observe(Window& window, double observed_s, const std::atomic<bool>& stop) {
  const auto began = Clock::now();
  sniffer_->allow();
  wait(began + seconds(observed_s), stop);
  kernel_.skeleton().bss->long_poll_age_ns =
      static_cast<std::uint64_t>(1e9 * std::max(kLongPollAge, 10 * rates_.mean_latency_s));
  const auto since_read_ns = static_cast<std::uint64_t>(
      duration_cast<nanoseconds>(Clock::now() - reader_->read_at()).count());
  if (auto swept = sweep_sockets(kernel_, *slots_, since_read_ns); !swept) return swept;
  if (auto read = reader_->read_events(window); !read) return read;
  learn_rates(window);
  return Done{};
}

void Session::learn_rates(const Window& window) {
  if (window.observed_ns == 0) return;
  std::uint64_t finished = 0;
  std::uint64_t latency_ns = 0;
  for (const ProcessWindow& process : window.processes) {
    finished += process.requests.finished;
    latency_ns += process.requests.latency_ns;
  }
  const double observed_s = 1e-9 * static_cast<double>(window.observed_ns);
  double cost_ns = 0;
  for (std::size_t i = 0; i < kEventKinds; ++i)
    cost_ns += static_cast<double>(reader_->window_events()[i]) * costs_.ns[i];
  // One slice is not like the next: half of what was known is kept.
  const double cost_ns_per_s = cost_ns / observed_s;
  rates_.cost_ns_per_s =
      rates_.cost_ns_per_s == 0 ? cost_ns_per_s : (rates_.cost_ns_per_s + cost_ns_per_s) / 2;
  rates_.cpu_ns_per_s = static_cast<double>(sum_on_cpu(window)) / observed_s;
  rates_.mean_latency_s =
      finished > 0 ? 1e-9 * static_cast<double>(latency_ns) / static_cast<double>(finished) : 0;
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
void Session::drop_unsettled(Window& window) const {
  const double settled = duration<double>(window_started_ - attached_).count();
  if (settled >= kSettleLatencies * rates_.mean_latency_s || settled > 5) return;
  window.observed_ns = 0;
  window.processes.clear();
  window.threads.clear();
  window.waits.clear();
  window.lock_causes.clear();
  window.upstreams.clear();
  window.latencies.clear();
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
}

Result<> Session::deliver(Window& window) {
  if (auto read = reader_->read_samples(window); !read) return read;
  sniffer_->read(window);
  std::vector<pid_t> pids;
  for (const auto& [slot, pid] : slots_->in_use())
    if (slot != 0 && kernel_.process(slot).exited_at_ns == 0) pids.push_back(pid);
  window.host = counters_->read(pids);
  // While events are observed all the time, a window ends where its events were read.
  const auto now = attached_time_.is_running() ? reader_->read_at() : Clock::now();
  window.start_ns = since_start_ns(window_started_);
  window.duration_ns = since_start_ns(now) - window.start_ns;
  learn_host(window);
  window_started_ = now;
  add_cost(window);

  for (const ThreadWindow& thread : window.threads)
    if (auto told = census_.announce(thread.pid, thread.comm, sink_); !told) return told;
  for (const Stack& stack : stacks_.take_new())
    if (auto told = sink_.on_stack(stack); !told) return told;
  auto told = sink_.on_window(window);
  slots_->recycle(reader_->take_ended());
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
