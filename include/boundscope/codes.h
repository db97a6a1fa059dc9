// Codes: every code the analysis may put into a caveat, a reason, an assumption, an alternative or
// a detail row. src/report words them; a test checks that neither side knows one the other does
// not.
//
// "value" and "subject" say what those members carry for the code; "-" means they are empty. A
// share is in [0, 1]. A reason's low and high are its 90 % interval (equal to value where there is
// none).
#pragma once

#include <array>
#include <string_view>

namespace boundscope {

// What a reader has to know before believing the rest (Caveat).
inline constexpr auto kCaveatCodes = std::to_array<std::string_view>({
    "non_stationary",   // behaviour changed in the run. value: s of the stable end, which is used
    "changed_late",     // ... too late for its end to be used alone. value: -
    "little_mismatch",  // Little's law and measured latency differ. value: relative difference
    "background_unknown",  // work without requests could not be told apart. value: idle seconds
                           // seen
    "records_lost",  // the collector lost records. value: how many. subject: key of most of them
    "samples_disagree",  // sampled and scheduled CPU time differ. value: sampled / scheduled
    "few_samples",       // too few CPU samples for owner shares. value: how many
    "few_windows",       // too few observed windows for intervals. value: how many
    "multiplexed",  // exchanges that could not be followed. value: their share. subject: protocol
    "pipelined",   // several messages per exchange. value: messages per exchange. subject: protocol
    "long_polls",  // requests taken out because nothing worked on them. value: how many
    "aborted",     // requests closed without an answer. value: their share
    "encrypted",   // TLS: whether requests share a connection cannot be seen. value: share of
                   // exchanges
    "held_back",   // answers that waited for an acknowledgement (Nagle). value: share of answers
    "pushed",      // answers nobody asked for (streams). value: pushes per request
    "no_requests",         // thread view, because no request was seen. value: -
    "unattributed_large",  // request time nobody accounts for. value: its share
    "unknown_frames",      // CPU samples without an owner. value: their share
    "several_languages",   // CPU time of processes that a rewrite leaves alone. value: its share.
                           // subject: the language of most of them
    "warming_up",          // a JIT compiler is still busy. value: its share of the CPU time
    "duty_cycled",      // probes were attached part of the time. value: observed share of the run
    "slowed",           // it was slower while it was watched. value: share of its pace that it lost
    "capability",       // something was not measured as intended. subject: capability. value: -
    "target_exited",    // the target ended before the run did. value: seconds measured
    "interrupted",      // the user ended the run. value: seconds measured
    "truncated",        // the recording has no end line. value: seconds measured
    "skipped_lines",    // lines of kinds this version does not know. value: how many
    "steal",            // the hypervisor took CPU time. value: share of the host's CPU time
    "noisy_neighbour",  // others keep the host's CPUs busy. value: their cores
    "oom_killed",       // the kernel killed processes of the target. value: how many
    "memory_grows",     // it would meet its limit within days. value: seconds until then
    "low_load",         // CPU demand at low load is biased upwards. value: use of the CPU limit
});

// Arguments of a verdict (Reason). `threshold` is what the value was held against.
inline constexpr auto kReasonCodes = std::to_array<std::string_view>({
    // cpu
    "cpu_share",             // on CPU or queueing for it. value: share of request (or thread) time
    "run_queue_share",       // runnable, no CPU free. value: share of request (or thread) time
    "behind_running_share",  // requests that wait while the process computes. value: share
    "loop_saturated",        // one thread is busy all the time. value: its share. subject: its comm
    "interpreter_lock",      // waits for the interpreter lock. value: share. subject: runtime
    "machine_full",          // CPU in use / CPU limit, full. value: ratio
    "machine_not_full",      // same, with room left. value: ratio
    "owner_language",  // CPU time a rewrite replaces. value: share of CPU time. subject: largest
                       // owner
    "owner_native",    // CPU time in libraries. value: share of CPU time. subject: largest library
    "owner_kernel",  // CPU time in the kernel. value: share of CPU time. subject: largest subsystem
    "throttled_share",    // out of CPU quota. value: share of request (or thread) time
    "throttled_periods",  // quota periods that hit the limit. value: share of periods
    "steal_share",        // taken by the hypervisor. value: share of the host's CPU time
    "host_busy",          // others use the host's CPUs. value: their cores / CPUs of the host
    // memory
    "gc_share",         // collecting and allocating. value: share of request (or thread) time
    "gc_pause_share",   // the runtime has stopped the program. value: share of request time
    "heap_wait_share",  // a concurrent collector has to make room first. value: share of request
                        // time
    "gc_cpu_share",     // value: the collector's share of CPU time
    "allocator_share",  // value: the allocator's share of CPU time
    "gc_tail",          // p99 / p99 less the stops that each request met. value: ratio
    "stall_share",      // waiting for caches and DRAM. value: share of CPU time
    "paging_share",     // major faults, reclaim. value: share of request (or thread) time
    "refaults",         // pages read again after eviction. value: pages per second
    "at_memory_limit",  // cgroup memory in use / limit. value: ratio
    "memory_pressure",  // PSI memory full. value: share of wall time
    "reclaim_share",    // making room for memory by itself. value: share of the threads' time
    "limit_hits",       // allocations that met a memory limit. value: per second
    // ... and what that suggests
    "suggests_limit",      // what it works with does not fit. value: bytes of the limit
    "suggests_leak",       // its memory grows all the time. value: bytes per second
    "suggests_allocator",  // much is neither the runtime's heap nor files. value: share of memory
    "suggests_less_heap",  // much is room the collector keeps. value: share of memory
    "suggests_heap_room",  // the limit leaves room for a larger heap. value: times the present one
    "no_heap_room",        // it leaves none. value: times the present one
    // io
    "upstream_share",        // waiting for a peer. value: share. subject: largest peer
    "upstream_multiplexed",  // waiting behind calls on shared connections. value: share
    "disk_share",  // waiting for disk. value: share. subject: read, write, sync, io_uring, other
    "disk_behind_locks",      // holder waited for disk. value: share of the lock waits
    "upstream_behind_locks",  // holder waited for a peer. value: share of the lock waits
    "transfer_share",         // sending to slow readers. value: share
    // contention
    "lock_share",             // waiting for locks. value: share. subject: most contended lock
    "queue_share",            // requests no thread or call works on. value: share
    "workers_wait_upstream",  // what the busy workers wait for. value: share. subject: largest peer
    "workers_wait_disk",      // same, disk. value: share
    "mean_in_flight",         // requests in flight, mean. value: N
    // idle
    "idle_share",    // time with no request in flight. value: share
    "few_requests",  // hardly any requests. value: finished
    "little_cpu",    // hardly any CPU time. value: cores
    // inconclusive
    "too_few_requests",  // value: finished. threshold: needed
    "beside_requests",   // the work is hardly for the requests seen. value: finished
    "few_windows",       // value: observed windows. threshold: needed
    "few_samples",       // value: CPU samples. threshold: needed
    "attribution",       // bounds of the attribution allow another answer. value: probability that
                         // survives. subject: the other answer, "io: disk"
    "coverage",          // exchanges followed. value: share
    "non_stationary",    // value: effective number of windows
    "no_dominant",       // no cause is large enough. value: share of the largest
    "unattributed",      // most of the time is unaccounted for. value: share
    "records_lost",      // value: lost / recorded
    "nothing_measured",  // no observed window, or nothing in them. value: observed seconds
    "little_mismatch",   // value: relative difference
    "closest",           // best candidate all the same. value: probability. subject: "cpu: kernel"
});

// Why a gain is judged as it is (Gain::reason), and a rewrite as a whole (Rewrite::reason).
inline constexpr auto kGainReasonCodes = std::to_array<std::string_view>({
    "language_bound",    // what it is about is language-bound. value: share of request time
    "language_cpu",      // same. value: share of CPU time
    "waits_stay",        // waiting stays. value: share of request time. subject: for what, mostly
    "cpu_stays",         // libraries and kernel stay. value: share of CPU time. subject: largest
    "already_native",    // there is no slower language to leave. subject: the language
    "pool_decides",      // queueing for workers. value: share of request time
    "stops_make_tail",   // value: p99 / p99 without stops
    "chance",            // may or may not. value: probability that it is worth while
    "unknown_owner",     // CPU time of unknown owner. value: share
    "few_samples",       // value: CPU samples. threshold: needed
    "few_requests",      // for a p99. value: finished. threshold: needed
    "no_requests",       // value: -
    "low_load",          // there is little to save. value: CPU cores in use
    "not_saturating",    // something else limits before the CPU does. value: use of the CPU
    "no_priors",         // nothing is known about the pair. subject: target language
    "memory_from_heap",  // value: live heap / resident memory
    "memory_from_rss",   // live data is not known: a wide range. value: bytes
    "no_memory",         // not measured. value: -
    "verdict_open",      // what bounds it is not known. value: -
    "idle",              // it does nothing at this load. value: idle share
    "no_need",           // fast, and far from its limits. value: use of the CPU
    "goal_latency", "goal_tail", "goal_capacity", "goal_memory",  // overall: it may gain there.
                                                                  // value: p50 of the gain.
                                                                  // subject: language
    "nothing_gains",  // overall: no goal that matters gains. value: -
});

// What a prediction takes for granted (Rewrite::assumes).
inline constexpr auto kAssumptionCodes = std::to_array<std::string_view>({
    "same_algorithm",    // the new program does the same work
    "same_upstreams",    // peers answer as fast as now, also when asked more often
    "same_concurrency",  // as many workers and connections as now
    "at_this_load",      // holds for the load that was measured
    "one_run",           // another start of the same program may differ
    "already_native",    // the target is native code: its language is hardly what costs
    "language_unknown",  // priors do not know the target's language
});

// What could be done (Alternative::action). "parameter" is its number.
inline constexpr auto kActionCodes = std::to_array<std::string_view>({
    "rewrite",            // the best of the languages asked for. subject: language
    "no_action",          // leave it. subject: -
    "cache_upstream",     // answer a part of the calls from a cache. subject: peer. parameter: part
    "speed_up_upstream",  // make the peer answer twice as fast. subject: peer
    "batch_calls",  // one call a request instead of several. subject: peer. parameter: calls now
    "reuse_connections",  // keep-alive, pools, TLS session resumption. subject: -. parameter: CPU
                          // share that making connections takes
    "raise_quota",        // raise the CPU quota until nothing is throttled. subject: -
    "limit_threads",      // compute with as many threads as the quota has CPUs. subject: setting.
                          // parameter: CPUs of the quota
    "more_workers",       // more workers or connections, until nothing queues. subject: -
    "more_processes",     // spread a saturated loop over processes. subject: comm of the thread
    "fix_lock",           // hold the most contended lock half as long. subject: lock
    "faster_disk",        // halve the time of disk operations. subject: read, write, sync ...
    "fewer_syncs",        // several changes a sync (group commit). subject: -
    "more_heap_room",     // twice the room between collections. subject: the runtime's setting
    "other_collector",    // a collector that does not stop the program. subject: the present one
    "other_allocator",    // jemalloc, mimalloc, tcmalloc. subject: -
    "jit_flag",           // the runtime's own compiler, or its profile. subject: yjit pypy pgo
    "native_hot_part",    // only the hottest function in native code. subject: function. parameter:
                          // its share of the CPU time
    "more_memory",        // raise the memory limit until nothing pages. subject: -
    "spare_capacity",     // run it where capacity is cheap and may go away. subject: -
    "compact_layout",     // data that is used together stands together. subject: -
    "huge_pages",         // fewer page walks. subject: -
});

// Names of detail rows that are not names of things (Detail::name). Everything else in a detail row
// is a peer, a lock, a library or a symbol group and is shown as it is.
inline constexpr auto kDetailCodes = std::to_array<std::string_view>({
    "holder_running",   // lock: whoever held it was computing
    "holder_disk",      // lock: ... was waiting for disk
    "holder_upstream",  // lock: ... was waiting for a peer
    "holder_other",     // lock: ... was doing something else, or is not part of the target
    "heap_wait",        // gc_pause: until a concurrent collector had made room
    "stopped",          // gc_pause: the runtime had stopped the program
    "read",
    "write",
    "sync",
    "io_uring",        // disk
    "page_fault",      // paging: pages coming from disk or swap
    "memory_wait",     // paging: reclaim, page and address space locks
    "reread",          // paging: file reads of pages that had been evicted
    "preempted",       // run_queue: after losing the CPU
    "woken",           // run_queue: after a wake-up
    "behind_running",  // unattributed: while the process computed
    "behind_waiting",  // unattributed: while the process only waited
    "behind_nothing",  // unattributed: while the process did neither
    "network",
    "files",
    "memory",
    "scheduling",    // kernel CPU time
    "other",         // disk, kernel: the rest
    "multiplexed",   // upstream: queued on a connection that carries several calls
    "slow_readers",  // why waits stay (Gain::reason): who takes the answer takes it slowly
    "unaccounted",   // ... nobody knows what for
});

}  // namespace boundscope
