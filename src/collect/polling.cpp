// record_by_polling(): a measurement without BPF.
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string_view>
#include <thread>

#include "boundscope/collector.h"
#include "collect/census.h"
#include "collect/polled_files.h"
#include "collect/recording_header.h"
#include "target/host_counters.h"
#include "target/text.h"

namespace boundscope {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration;
using std::chrono::duration_cast;
using std::chrono::nanoseconds;

constexpr auto kFastestLook = std::chrono::milliseconds(10);
constexpr double kOwnShare = 0.02;  // of one CPU, at most, for looking
constexpr std::size_t kThreadRows = 64;

// /proc/PID/task/TID/schedstat: nanoseconds on a CPU and waiting for one, and how often it got one.
struct Counted {
  std::uint64_t on_cpu_ns = 0;
  std::uint64_t run_queue_ns = 0;
  std::uint64_t runs = 0;
};

std::optional<Counted> count(const std::string& thread_folder) {
  const FileText text = read_file(thread_folder + "/schedstat");
  const auto times = parse_schedstat(text.text);
  if (!times) return std::nullopt;
  std::string_view rest = trim(text.text);
  take_word(rest);
  take_word(rest);
  return Counted{times->on_cpu_ns, times->run_queue_ns,
                 parse_number<std::uint64_t>(take_word(rest)).value_or(0)};
}

std::uint64_t grown(std::uint64_t now, std::uint64_t before) { return now - std::min(now, before); }

struct PolledThread {
  pid_t pid = 0;
  std::string comm;
  Clock::time_point since;  // start of the window, or when it was first seen in it
  Counted before;
  std::map<std::pair<WaitClass, std::string>, std::uint64_t> waits;  // looks, by class and peer
  std::uint64_t blocked_looks = 0;
  std::uint64_t generation = 0;  // of the last look that saw it
};

std::uint64_t own_cpu_ns() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ns = [](const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(time.tv_usec) * 1000;
  };
  return ns(usage.ru_utime) + ns(usage.ru_stime);
}

std::uint64_t ns_between(Clock::time_point from, Clock::time_point to) {
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, duration_cast<nanoseconds>(to - from).count()));
}

class Poller {
 public:
  Poller(const Target& target, const CollectOptions& options, RecordingSink& sink)
      : target_(target),
        options_(options),
        sink_(sink),
        proc_(options.roots.proc),
        census_(target, options.roots),
        counters_(target, options.roots),
        files_(proc_) {
    for (const TargetProcess& process : target.processes) pids_.push_back(process.pid);
  }

  Result<> run(const std::atomic<bool>& stop);

 private:
  Result<> announce();
  void find_newcomers();
  void look();
  void look_at(pid_t pid, pid_t tid, bool& runs);
  PolledWait wait_of(pid_t pid, pid_t tid, std::string_view call_text);
  void begin_window();
  Result<> deliver();
  void add_thread(Window& window, pid_t tid, PolledThread& thread, Clock::time_point now);
  ProcessWindow& process_window(Window& window, pid_t pid);
  bool is_alive() const;

  const Target& target_;
  const CollectOptions& options_;
  RecordingSink& sink_;
  ProcFs proc_;
  Census census_;
  HostCounters counters_;
  PolledFiles files_;
  std::vector<pid_t> pids_;
  std::map<pid_t, PolledThread> threads_;  // by thread id
  std::map<pid_t, std::uint64_t> looks_with_runner_;
  std::uint64_t looks_ = 0;  // in this window
  std::uint64_t generation_ = 0;
  std::uint64_t own_cpu_ns_ = 0;
  Clock::time_point started_;
  Clock::time_point window_started_;
};

bool Poller::is_alive() const {
  return std::any_of(pids_.begin(), pids_.end(), [this](pid_t pid) {
    const auto process = proc_.stat(pid);
    return process && !process->is_zombie();
  });
}

void Poller::find_newcomers() {
  for (const TargetProcess& process : census_.newcomers()) pids_.push_back(process.pid);
}

PolledWait Poller::wait_of(pid_t pid, pid_t tid, std::string_view call_text) {
  const auto call = parse_polled_call(call_text);
  if (!call) return {};
  return classify(
      *call, [&](std::uint64_t fd) { return files_.what_is(pid, fd); },
      [&] {
        const auto stat = proc_.thread_stat(pid, tid);
        return stat && stat->state == 'D';
      });
}

// One look at one thread. Those that have just appeared count from here on.
void Poller::look_at(pid_t pid, pid_t tid, bool& runs) {
  const std::string folder = proc_.path(pid, "task/" + std::to_string(tid));
  const FileText call = read_file(folder + "/syscall");
  if (!call) return;
  const auto [entry, is_new] = threads_.try_emplace(tid);
  PolledThread& thread = entry->second;
  if (is_new || thread.pid != pid) {
    const auto counted = count(folder);
    if (!counted) return;
    thread = {};
    thread.pid = pid;
    thread.since = Clock::now();
    thread.before = *counted;
    thread.comm = std::string(trim(read_file(folder + "/comm").text));
  }
  thread.generation = generation_;
  if (trim(call.text) == "running") {
    runs = true;
    return;
  }
  const PolledWait wait = wait_of(pid, tid, call.text);
  ++thread.waits[{wait.wait_class, wait.peer}];
  ++thread.blocked_looks;
}

void Poller::look() {
  ++looks_;
  ++generation_;
  for (const pid_t pid : pids_) {
    bool runs = false;
    for (const pid_t tid : proc_.threads(pid)) look_at(pid, tid, runs);
    if (runs) ++looks_with_runner_[pid];
  }
}

void Poller::begin_window() {
  window_started_ = Clock::now();
  looks_ = 0;
  looks_with_runner_.clear();
}

ProcessWindow& Poller::process_window(Window& window, pid_t pid) {
  for (ProcessWindow& row : window.processes)
    if (row.pid == pid) return row;
  window.processes.emplace_back();
  window.processes.back().pid = pid;
  return window.processes.back();
}

// The kernel counted the time on a CPU and in the queue for one; the rest the thread was blocked.
void Poller::add_thread(Window& window, pid_t tid, PolledThread& thread, Clock::time_point now) {
  const auto counted = count(proc_.path(thread.pid, "task/" + std::to_string(tid)));
  if (!counted) return;
  ThreadWindow row;
  row.tid = tid;
  row.pid = thread.pid;
  row.comm = thread.comm;
  row.on_cpu_ns = grown(counted->on_cpu_ns, thread.before.on_cpu_ns);
  row.woken_ns = grown(counted->run_queue_ns, thread.before.run_queue_ns);
  row.switches = grown(counted->runs, thread.before.runs);
  const std::uint64_t lived_ns = ns_between(thread.since, now);
  const std::uint64_t blocked_ns = lived_ns - std::min(lived_ns, row.on_cpu_ns + row.woken_ns);
  for (const auto& [what, looks] : thread.waits) {
    const auto ns =
        static_cast<std::uint64_t>(static_cast<double>(blocked_ns) * static_cast<double>(looks) /
                                   static_cast<double>(thread.blocked_looks));
    row.blocked_ns[static_cast<std::size_t>(what.first)] += ns;
    if (what.second.empty()) continue;
    WaitTotals wait;
    wait.pid = thread.pid;
    wait.wait_class = what.first;
    wait.subject = what.second;
    wait.blocked_ns = ns;
    window.waits.push_back(std::move(wait));
  }
  // Never found waiting, although it did.
  if (thread.blocked_looks == 0)
    row.blocked_ns[static_cast<std::size_t>(WaitClass::other)] = blocked_ns;

  ProcessWindow& process = process_window(window, thread.pid);
  process.on_cpu_ns += row.on_cpu_ns;
  process.woken_ns += row.woken_ns;
  for (std::size_t i = 0; i < kWaitClasses; ++i) process.blocked_ns[i] += row.blocked_ns[i];
  thread.since = now;
  thread.before = *counted;
  thread.waits.clear();
  thread.blocked_looks = 0;
  window.threads.push_back(std::move(row));
}

Result<> Poller::deliver() {
  Window window;
  const auto now = Clock::now();
  for (auto entry = threads_.begin(); entry != threads_.end();) {
    add_thread(window, entry->first, entry->second, now);
    entry = entry->second.generation == generation_ ? std::next(entry) : threads_.erase(entry);
  }
  std::sort(window.threads.begin(), window.threads.end(),
            [](const ThreadWindow& a, const ThreadWindow& b) {
              return std::pair(a.on_cpu_ns + a.woken_ns, b.tid) >
                     std::pair(b.on_cpu_ns + b.woken_ns, a.tid);
            });
  if (window.threads.size() > kThreadRows) window.threads.resize(kThreadRows);
  window.start_ns = ns_between(started_, window_started_);
  window.duration_ns = window.observed_ns = ns_between(window_started_, now);
  for (ProcessWindow& process : window.processes) {
    process.requests.observed_ns = process.requests.idle_ns = window.observed_ns;
    if (looks_ > 0)
      process.running_any_ns =
          window.observed_ns * std::min(looks_, looks_with_runner_[process.pid]) / looks_;
  }
  window.host = counters_.read(pids_);
  const std::uint64_t cpu = own_cpu_ns();
  window.cost.tool_cpu_ns = cpu - own_cpu_ns_;
  own_cpu_ns_ = cpu;
  if (const auto own = proc_.memory(getpid()))
    window.cost.tool_rss_bytes =
        own->resident_pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  for (const ProcessWindow& process : window.processes)
    if (auto told = census_.announce(process.pid, "", sink_); !told) return told;
  begin_window();
  return sink_.on_window(window);
}

Result<> Poller::run(const std::atomic<bool>& stop) {
  const std::vector<Capability> capabilities{
      {"scheduling", CapabilityState::degraded, "procfs",
       "read from /proc, without BPF: what threads wait for is an estimate from samples"},
      {"requests", CapabilityState::absent, "", "/proc does not show them, that takes BPF"},
      {"samples", CapabilityState::absent, "", "not taken without BPF"}};
  if (auto told = sink_.on_header(recording_header(target_, options_, capabilities)); !told)
    return told;
  for (const TargetProcess& process : target_.processes)
    if (auto told = census_.announce(process, sink_); !told) return told;

  own_cpu_ns_ = own_cpu_ns();
  started_ = Clock::now();
  begin_window();
  const auto end = started_ + duration_cast<Clock::duration>(duration<double>(options_.duration_s));
  // As many windows as chance and habit can be told apart by.
  const auto window_length = duration_cast<Clock::duration>(
      duration<double>(std::min(options_.window_s, std::max(0.25, options_.duration_s / 16))));
  bool alive = true;
  while (!stop && (alive = is_alive()) && Clock::now() < end) {
    find_newcomers();
    const auto window_end = std::min(end, window_started_ + window_length);
    while (!stop && Clock::now() < window_end) {
      const auto began = Clock::now();
      look();
      const auto pause = duration_cast<Clock::duration>((Clock::now() - began) / kOwnShare);
      std::this_thread::sleep_until(
          std::min(window_end, std::max<Clock::time_point>(began + kFastestLook, began + pause)));
    }
    if (auto told = deliver(); !told) return told;
  }
  return sink_.on_end(!alive ? RecordingEnd::target_exited
                      : stop ? RecordingEnd::interrupted
                             : RecordingEnd::complete);
}

}  // namespace

Result<> record_by_polling(const Target& target, const CollectOptions& options, RecordingSink& sink,
                           const std::atomic<bool>& stop) {
  return Poller(target, options, sink).run(stop);
}

}  // namespace boundscope
