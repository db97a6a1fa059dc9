// Recording: all that was measured, and the seam of the program.
//
// Left of it stand the kernel, root and the clock; right of it everything is pure. A live run
// builds this value in memory, `boundscope report` reads it from a file (docs/recording-format.md);
// both go through the same analysis. It holds totals per window, never single events.
//
// Conventions: times are nanoseconds in 64-bit integers and end in _ns. An absent measurement is an
// empty optional, never 0. Pids are those of the pid namespace boundscope ran in.
#pragma once

#include <array>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "boundscope/result.h"
#include "boundscope/target.h"

namespace boundscope {

inline constexpr int kRecordingMajor = 1;  // a reader refuses a newer major
inline constexpr int kRecordingMinor =
    0;  // ... and reads a newer minor, skipping what it does not know

// Why a thread was off the CPU without being runnable. Decided at the context switch.
enum class WaitClass : std::uint8_t {
  client,        // socket that the target accepted: waiting for its own client
  upstream,      // socket that the target connected: waiting for somebody it called
  accept,        // waiting for a new connection
  socket_other,  // socketpair, datagram, netlink, or a socket whose role is not known
  disk_read,
  disk_write,
  disk_sync,   // fsync and relatives
  disk_other,  // block I/O under another system call
  io_uring,    // waiting for completions
  lock,  // futex that is a lock: contended mutex, or any futex while the thread holds a request
  pipe,
  timer,       // sleeps
  poll,        // poll, select, epoll, eventfd: nothing to do as far as the thread knows
  page_fault,  // major fault: the page comes from disk or swap
  memory,      // mmap_lock, reclaim, folio lock
  child,       // wait4, waitid, vfork
  park,  // any other futex: condition variable, parked worker; nothing to do as far as we know
  other,
};
inline constexpr std::size_t kWaitClasses = 18;

// Where a process's requests were, integrated over time (docs/method.md, "Decomposition").
// Units are request-nanoseconds: two requests in one state for 1 ns count 2.
enum class Activity : std::uint8_t { running, runnable, lock, disk, upstream };
inline constexpr std::size_t kActivities = 5;

struct ActivityTime {
  std::uint64_t point_ns = 0;  // by priority running > runnable > lock > disk > upstream
  std::uint64_t low_ns = 0;    // requests that can be nowhere else
  std::uint64_t high_ns = 0;   // integral of min(x, N)
};

// One process in one window, as its requests see it.
struct RequestTotals {
  std::uint64_t observed_ns = 0;   // time covered by the integrals (excludes settling and pauses)
  std::uint64_t idle_ns = 0;       // of it, time with no request in flight
  std::uint64_t in_flight_ns = 0;  // integral of N(t): request-ns
  std::array<ActivityTime, kActivities> activity{};
  // The remainder of in_flight_ns: requests for which no thread ran, waited or called, split by
  // what the process did meanwhile. point_ns of all activities + these three = in_flight_ns.
  std::uint64_t behind_running_ns = 0;  // some thread ran or was runnable
  std::uint64_t behind_waiting_ns = 0;  // none ran; some call, lock or disk wait was open
  std::uint64_t behind_nothing_ns = 0;  // neither: a timer, an internal queue, something unseen
  std::array<std::uint64_t, kActivities> background_ns{};  // thread-ns (call-ns) while N = 0
  std::uint64_t started = 0;                               // requests that arrived
  std::uint64_t finished = 0;                              // requests that were answered
  std::uint64_t latency_ns = 0;  // sum over the finished: arrival of the first byte to first answer
  std::uint64_t socket_queue_ns = 0;  // sum: arrival to the first read
  std::uint64_t transfer_ns = 0;      // sum: the rest of the answer waiting for a slow reader
  std::uint64_t aborted = 0;          // closed without an answer
  std::uint64_t pushed = 0;           // sends that answered nothing
  // Answers whose last part waited for the client's acknowledgement (Nagle's algorithm).
  std::uint64_t held_back = 0;
  std::uint64_t excluded =
      0;  // exchanges on sockets the machine cannot follow (multiplexed, stream)
  std::uint64_t long_polls = 0;  // requests taken out because nothing worked on them for seconds
  // What they, and requests whose socket went away unseen, had added to in_flight_ns and
  // behind_nothing_ns.
  // What they, and requests whose socket went away unseen, had added to the two integrals.
  std::uint64_t long_poll_ns = 0;
  std::uint64_t peak_in_flight = 0;
};

struct ProcessWindow {
  pid_t pid = 0;
  RequestTotals requests;
  std::uint64_t on_cpu_ns = 0;     // by the scheduler probe, all threads
  std::uint64_t preempted_ns = 0;  // runnable after losing the CPU
  std::uint64_t woken_ns = 0;      // runnable after a wake-up
  std::uint64_t throttled_ns = 0;  // runnable but out of CPU quota
  std::array<std::uint64_t, kWaitClasses> blocked_ns{};
  std::uint64_t running_any_ns = 0;  // time with at least one thread on CPU (of observed_ns)
};

struct ThreadWindow {
  pid_t tid = 0;
  pid_t pid = 0;
  std::string comm;
  std::uint64_t on_cpu_ns = 0;
  std::uint64_t preempted_ns = 0;
  std::uint64_t woken_ns = 0;
  std::uint64_t throttled_ns = 0;
  std::array<std::uint64_t, kWaitClasses> blocked_ns{};
  std::uint64_t switches = 0;
};

// Blocked time of a process by what it waited for.
struct WaitTotals {
  pid_t pid = 0;
  WaitClass wait_class = WaitClass::other;
  std::string subject;  // peer "10.0.0.7:5432", "unix:/run/x.sock"; lock "0x7f..."; empty if none
  std::uint64_t blocked_ns = 0;
  std::uint64_t count = 0;
  std::uint64_t longest_ns = 0;
};

// What the thread that ended a lock wait had been doing during that wait (docs/method.md, "Locks").
struct LockCause {
  pid_t pid = 0;
  std::uint64_t running_ns = 0;  // the waker was on CPU or runnable
  std::uint64_t disk_ns = 0;
  std::uint64_t upstream_ns = 0;
  std::uint64_t other_ns = 0;  // waker outside the target, or waiting for something else
};

// Calls the target made, by peer. A call lasts from the send to the arrival of the answer.
struct UpstreamTotals {
  pid_t pid = 0;
  std::string peer;
  bool internal = false;         // the peer is a listener of the target itself
  std::uint64_t calls = 0;       // finished
  std::uint64_t latency_ns = 0;  // sum over them
  std::uint64_t longest_ns = 0;
  std::uint64_t resends = 0;    // sends while a call was open: pipelined or multiplexed connection
  std::uint64_t pickup_ns = 0;  // sum: arrival of the answer to its read (our delay, not theirs)
};

// What the first bytes of sampled exchanges showed, by listening port (0: unix socket).
struct ProtocolTotals {
  std::uint16_t port = 0;
  std::string protocol;         // "http1" "http2" "tls" "resp" "other"
  std::uint64_t sampled = 0;    // exchanges looked at
  std::uint64_t pipelined = 0;  // of them, with more than one message in one read
  std::uint64_t messages = 0;   // complete messages in all of them (estimate)
};

// CPU samples; one row per process, thread name and stack.
struct SampleTotals {
  pid_t pid = 0;
  std::string comm;         // of the thread
  std::uint32_t stack = 0;  // index into Recording::stacks
  std::uint64_t count = 0;
};

// One frame of a stack, leaf first. Resolved before it is written, so that a recording can be read
// on any machine.
struct Frame {
  std::string module;  // mapped file (base name), "[kernel]", "[vdso]", "[jit]" or "" (unknown)
  std::string symbol;  // empty if not known
  std::uint64_t offset = 0;  // in the module's file, or in the symbol if there is one
};
struct Stack {
  std::uint32_t id = 0;
  bool in_kernel = false;  // the sample hit kernel code: kernel frames come first
  std::vector<Frame> frames;
};

// Levels and counters of /proc and cgroups for the target as a whole.
struct HostWindow {
  std::optional<std::uint64_t> cpu_ns;     // user + system time of the target's processes
  std::optional<std::uint64_t> rss_bytes;  // level at the end of the window
  std::optional<std::uint64_t> minor_faults;
  std::optional<std::uint64_t> major_faults;
  std::optional<std::uint64_t> cgroup_throttled_ns;  // cpu.stat, delta
  std::optional<std::uint64_t> cgroup_periods;
  std::optional<std::uint64_t> cgroup_periods_throttled;
  std::optional<std::uint64_t> memory_usage_bytes;    // of the cgroup, level
  std::optional<std::uint64_t> refaults;              // workingset_refault_*, delta
  std::optional<std::uint64_t> pressure_cpu_some_ns;  // PSI totals, delta
  std::optional<std::uint64_t> pressure_memory_full_ns;
  std::optional<std::uint64_t> pressure_io_full_ns;
  std::optional<std::uint64_t> steal_ns;      // /proc/stat, all CPUs, delta
  std::optional<std::uint64_t> host_busy_ns;  // /proc/stat, all CPUs, delta
};

// Latencies of finished requests. Bucket i covers [lower(i), lower(i+1)) nanoseconds, log-linear
// with 16 buckets an octave (3 % half-width), 2^10 to 2^53.9 ns. The kernel side uses the same
// rule:
//   index of v:  v < 1024: 0
//                else, with e = floor(log2(v)): 1 + 16 * (e - 10) + ((v >> (e - 4)) & 15), at most
//                703
//   lower(0) = 0;  lower(i) = (16 + (i - 1) % 16) << ((i - 1) / 16 + 6)
// The last bucket holds everything above it, too. lower(kLatencyBuckets) is its nominal end.
struct LatencyBucket {
  std::uint32_t index = 0;
  std::uint64_t count = 0;
};
inline constexpr std::uint32_t kLatencyBuckets = 704;
std::uint64_t latency_bucket_lower_ns(std::uint32_t index);

// What measuring cost, and what it missed.
struct CostWindow {
  std::uint64_t tool_cpu_ns = 0;          // our own process
  std::uint64_t tool_rss_bytes = 0;       // level
  std::uint64_t switches = 0;             // context switches of target threads that were recorded
  std::uint64_t socket_events = 0;        // that were recorded
  std::uint64_t events_on_target_ns = 0;  // estimate: event probes, in the target's own context
  std::uint64_t samples = 0;
};
struct Loss {
  std::string what;  // key of the docs/recording-format.md table: "waits_full", "threads_full" ...
  std::uint64_t count = 0;
};

struct Window {
  std::uint64_t start_ns = 0;  // since the start of the recording
  std::uint64_t duration_ns = 0;
  std::uint64_t observed_ns = 0;  // of it, with the event probes attached and settled
  std::vector<ProcessWindow> processes;
  std::vector<ThreadWindow> threads;  // the busiest; the rest are only in `processes`
  std::vector<WaitTotals> waits;
  std::vector<LockCause> lock_causes;
  std::vector<UpstreamTotals> upstreams;
  std::vector<ProtocolTotals> protocols;
  std::vector<SampleTotals> samples;
  std::vector<LatencyBucket> latencies;
  HostWindow host;
  CostWindow cost;
  std::vector<Loss> losses;
};

enum class CapabilityState { available, degraded, absent };
struct Capability {
  std::string name;  // "scheduling" "requests" "samples" "cgroup" ...
  CapabilityState state = CapabilityState::absent;
  std::string mechanism;  // which hook is in use: "tp_btf", "hash" ...
  std::string reason;     // why it is not `available`, for people
};

struct RecordingHeader {
  int major = kRecordingMajor;
  int minor = kRecordingMinor;
  std::string tool_version;
  std::string started;       // RFC 3339, UTC
  std::string kernel;        // release
  std::string architecture;  // "x86_64" "aarch64"
  std::uint32_t cpus = 0;    // online on the host
  double cpu_limit = 0;      // cores the target may use: quota, affinity or cpus
  bool cpu_quota = false;    // cpu_limit comes from a cgroup quota
  std::optional<std::uint64_t> memory_limit_bytes;  // smallest of the target's cgroups; empty: none
  std::uint64_t host_memory_bytes = 0;
  double frequency_hz = 0;  // of the CPU samples
  double budget_share = 0;  // of the target's CPU that events may cost; 1 is no limit
  std::uint64_t seed = 0;   // for every random draw of the analysis
  std::string target;       // what was asked for
  std::vector<Capability> capabilities;
};

enum class RecordingEnd { complete, interrupted, target_exited, truncated };

struct Recording {
  RecordingHeader header;
  std::vector<TargetProcess> processes;        // every one seen, in order of appearance
  std::vector<Stack> stacks;                   // index i has id i
  std::vector<Window> windows;                 // in time order, contiguous
  RecordingEnd end = RecordingEnd::truncated;  // truncated: no end line, the writer was killed
  std::uint64_t skipped_lines = 0;             // of kinds that this reader does not know
};

// Told about each part of the recording in the order in which a file holds them. A sink that fails
// (disk full) ends the measurement; what came before it stays valid.
class RecordingSink {
 public:
  virtual ~RecordingSink() = default;
  virtual Result<> on_header(const RecordingHeader& header) = 0;
  virtual Result<> on_process(const TargetProcess& process) = 0;
  virtual Result<> on_stack(const Stack& stack) = 0;
  virtual Result<> on_window(const Window& window) = 0;
  virtual Result<> on_end(RecordingEnd end) = 0;
};

// Writes a recording line by line while it is made; each call leaves a readable file behind.
// Errors: the stream cannot be written (disk full); the message names what could not be written.
class RecordingWriter {
 public:
  explicit RecordingWriter(std::ostream& out) : out_(out) {}
  Result<> header(const RecordingHeader& header);
  Result<> process(const TargetProcess& process);
  Result<> stack(const Stack& stack);
  Result<> window(const Window& window);
  Result<> end(RecordingEnd end);

 private:
  Result<> line(std::string_view text, std::string_view what);
  std::ostream& out_;
};

// Reads a whole recording. Errors name the line: not a recording, newer major, damaged line. A
// missing end line is no error (end = truncated), a half-written last line is dropped.
Result<Recording> read_recording(std::istream& in);

std::string_view to_string(WaitClass value);
std::string_view to_string(Activity value);
std::string_view to_string(RecordingEnd value);
std::string_view to_string(CapabilityState value);
std::string_view to_string(Runtime value);

}  // namespace boundscope
