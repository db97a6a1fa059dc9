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
// ... and reads a newer minor, skipping what it does not know.
inline constexpr int kRecordingMinor = 5;

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
  // what the process did meanwhile. point_ns of all activities + these three +
  // stopped_ns = in_flight_ns.
  std::uint64_t behind_running_ns = 0;  // some thread ran or was runnable
  std::uint64_t behind_waiting_ns = 0;  // none ran; some call, lock or disk wait was open
  std::uint64_t behind_nothing_ns = 0;  // neither: a timer, an internal queue, something unseen
  // Of in_flight_ns, while the runtime had stopped the program; in none of the above.
  std::uint64_t stopped_ns = 0;
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
  std::uint64_t running_any_ns = 0;      // time with at least one thread on CPU (of observed_ns)
  std::uint64_t stopped_running_ns = 0;  // of on_cpu_ns, while the runtime had stopped the program
  // Of on_cpu_ns, while the thread had to find free memory by itself (direct reclaim) or to make
  // free memory contiguous (direct compaction). Waiting for disk meanwhile is WaitClass::memory.
  std::uint64_t reclaim_ns = 0;
  std::uint64_t compaction_ns = 0;
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
  std::uint64_t reclaim_ns = 0;  // as in ProcessWindow
  std::uint64_t compaction_ns = 0;
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
  std::string comm;          // of the thread
  bool main_thread = false;  // of its process
  std::uint32_t stack = 0;   // index into Recording::stacks
  std::uint64_t count = 0;
};

// Where threads were when they began to wait, from a sample of the waits: what they did is in
// proportion, the exact sums are in WaitTotals and ProcessWindow.
struct WaitStackTotals {
  pid_t pid = 0;
  std::string comm;  // of the thread
  WaitClass wait_class = WaitClass::other;
  std::uint32_t stack = 0;       // index into Recording::stacks
  std::uint64_t blocked_ns = 0;  // of the sampled waits
  std::uint64_t count = 0;       // waits that were sampled
};

// A place in the code. Resolved before it is written, so that a recording can be read on any
// machine. Where the address lies in no known symbol, its neighbours in the file tell what it is
// near to: static functions of a stripped library stand between the exported ones of their source.
struct Frame {
  std::string module;  // mapped file (base name), "[kernel]", "[vdso]", "[jit]" or "" (unknown)
  std::string symbol = {};    // demangled; empty if not known
  std::string previous = {};  // only without a symbol: the nearest symbols before and after it
  std::string next = {};
  // Only without a symbol: in the module's file, of the function's start where that is known.
  std::uint64_t offset = 0;
};

// Leaf first, kernel frames before those of user space.
struct Stack {
  std::uint32_t id = 0;
  bool in_kernel = false;             // the thread was in the kernel
  bool cut = false;                   // known to go on: its outer frames could not be had
  std::vector<std::uint32_t> frames;  // indices into Recording::frames
};

// Where CPU samples found the core: waiting for a load, or not (docs/stalls.md). Samples
// in user space, or every so-many-th of them.
struct StallTotals {
  pid_t pid = 0;
  std::uint64_t samples = 0;     // whose code could be read
  std::uint64_t unread = 0;      // whose code could not
  std::uint64_t after_load = 0;  // of `samples`: the instruction before reads memory
  // Of `after_load`: in code that does hardly anything but load, where hits look like misses.
  std::uint64_t unclear = 0;
  // How many of `after_load` would be there if every load hit the nearest cache; by the code around
  // the others.
  double expected_after_load = 0;
};

// How samples of loops with known waits fell on this CPU; once, in the first window after it was
// done.
struct StallCalibration {
  std::string missing;        // why samples cannot tell stalls here; empty: they can
  std::uint64_t samples = 0;  // of both loops
  double load_cycles = 0;     // what a load of the nearest cache takes
  double found_share = 0;     // stall share that a loop shows, to that which its own time tells
};

// The same by hardware counters, in user space, while they counted; of the whole target.
struct StallCounters {
  std::string events;  // the set that counted: "intel-skylake-x" ...
  double cycles = 0;
  double memory_cycles = 0;  // of them, waiting for memory by the set's formula
};

// Garbage collection of one process, over the whole window: what its runtime counted, what probes
// saw. What is not known is empty (docs/gc.md).
struct GcTotals {
  pid_t pid = 0;
  std::string source;     // of the counters: "go-memstats" "hsperfdata" ...; empty: none
  std::string probes;     // of the stops: "usdt" "symbols" "pclntab" "anchor"; empty: none
  std::string collector;  // "go", or of a JVM as in TargetProcess
  std::string missing;    // why there is neither, in words
  // Seen by probes: stops of the program by its runtime.
  std::optional<std::uint64_t> stops;
  std::optional<std::uint64_t> stopped_ns;      // as much of them as lies in the window
  std::optional<std::uint64_t> ended_stops_ns;  // whole lengths of `stops`, which ended in it
  std::optional<std::uint64_t> longest_stop_ns;
  // Counted by the runtime.
  std::optional<std::uint64_t> cycles;
  std::optional<std::uint64_t> pauses;
  std::optional<std::uint64_t> pause_ns;
  std::optional<std::uint64_t> longest_pause_ns;  // upper bound
  std::optional<std::uint64_t> gc_cpu_ns;         // pauses, workers and assists
  std::optional<std::uint64_t> concurrent_gc_cpu_ns;
  std::optional<std::uint64_t> assist_cpu_ns;
  std::optional<std::uint64_t> sched_latency_ns;  // goroutines that were runnable and did not run
  std::optional<std::uint64_t> mutex_wait_ns;     // goroutines that waited for a lock
  std::optional<std::uint64_t> lock_contentions;
  std::optional<std::uint64_t> lock_parks;
  // Levels at the end of the window.
  std::optional<std::uint64_t> live_heap_bytes;  // what the last collection left
  std::optional<std::uint64_t> heap_used_bytes;
  std::optional<std::uint64_t> heap_capacity_bytes;
  std::optional<std::uint64_t> heap_goal_bytes;
  std::optional<std::uint64_t> heap_max_bytes;
  std::optional<std::int64_t> gc_percent;  // GOGC; -1 is off
  std::optional<std::uint64_t> memory_limit_bytes;
  std::optional<std::uint64_t> max_procs;
};

// What a process's memory is made of. Looked at once in a run, because a large process takes long
// to walk; `source` says how far the look went: "smaps" (every mapping), "smaps_rollup" (the sums),
// "maps" (mappings, but not how much of them is resident), "statm". Bytes that are not known are
// empty.
struct MemoryTotals {
  pid_t pid = 0;
  std::string source;
  std::string missing;  // why it did not go further, in words; empty: nothing is missing
  std::optional<std::uint64_t> rss_bytes;
  std::optional<std::uint64_t> pss_bytes;      // what is shared is divided by those who share it
  std::optional<std::uint64_t> private_bytes;  // mapped by this process alone
  std::optional<std::uint64_t> shared_bytes;   // by others, too
  std::optional<std::uint64_t> swap_bytes;
  std::optional<std::uint64_t> huge_bytes;  // of it, in huge pages
  std::optional<std::uint64_t> mappings;    // how many
  // By what is mapped, each as its part of pss_bytes; only from "smaps". They add up to it.
  std::optional<std::uint64_t> anonymous_bytes;  // heaps, arenas and all else without a name
  std::optional<std::uint64_t> stack_bytes;      // of its threads
  std::optional<std::uint64_t> code_bytes;       // files that hold code: program, libraries, JIT
  std::optional<std::uint64_t> file_bytes;       // other mapped files
  std::optional<std::uint64_t> shmem_bytes;      // shared memory, memfd
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
  std::optional<std::uint64_t> memory_usage_bytes;    // of the cgroup that limits, level
  std::optional<std::uint64_t> refaults;              // workingset_refault_*, delta
  std::optional<std::uint64_t> pressure_cpu_some_ns;  // PSI totals, delta
  std::optional<std::uint64_t> pressure_memory_full_ns;
  std::optional<std::uint64_t> pressure_io_full_ns;
  std::optional<std::uint64_t> steal_ns;      // /proc/stat, all CPUs, delta
  std::optional<std::uint64_t> host_busy_ns;  // /proc/stat, all CPUs, delta
  // Of rss_bytes, levels. Pages that processes share since a fork count for each of them.
  std::optional<std::uint64_t> anonymous_bytes;
  std::optional<std::uint64_t> file_bytes;
  std::optional<std::uint64_t> shmem_bytes;
  std::optional<std::uint64_t> swap_bytes;  // beside rss_bytes
  // Of the cgroup whose limit is nearest, as it is now; memory_usage_bytes is its use.
  std::optional<std::uint64_t> memory_limit_bytes;
  std::optional<std::uint64_t> page_cache_bytes;    // of memory_usage_bytes, files
  std::optional<std::uint64_t> memory_limit_hits;   // allocations that met a limit, all ancestors
  std::optional<std::uint64_t> oom_kills;           // in the target's cgroup
  std::optional<std::uint64_t> refaults_anonymous;  // of `refaults`: from swap
  std::optional<std::uint64_t> refaults_active;     // of `refaults`: evicted while still in use
  std::optional<std::uint64_t> read_pages;  // that its processes had read from storage, delta
  std::optional<std::uint64_t> pressure_memory_some_ns;
  std::optional<bool> pressure_of_cgroup;  // false: PSI is that of the host
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
// Data segments that clients sent, on connections that lived as long, while the event probes were
// attached and settled, and while they were not: whether being watched slows the service down. All
// 0 where the probes stay attached.
struct PaceTotals {
  std::uint64_t watched_ns = 0, watched_segments = 0;
  std::uint64_t unwatched_ns = 0, unwatched_segments = 0;
};
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
  std::vector<WaitStackTotals> wait_stacks;
  std::vector<LatencyBucket> latencies;
  // Of the same requests, each less its share in stops (GcTotals::probes); empty: no stops are
  // seen.
  std::vector<LatencyBucket> latencies_without_stops;
  std::vector<GcTotals> gc;
  std::vector<MemoryTotals> memory;  // in one window of the run
  std::vector<StallTotals> stalls;
  std::vector<StallCalibration> stall_calibrations;
  std::vector<StallCounters> stall_counters;
  HostWindow host;
  CostWindow cost;
  PaceTotals pace;
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
  std::vector<Frame> frames;                   // every one that a stack has
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
  virtual Result<> on_frame(const Frame& frame) = 0;  // before the first stack that has it
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
  Result<> frame(const Frame& frame);
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
