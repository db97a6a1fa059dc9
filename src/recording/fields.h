// Every field of every line of a recording, once: the writer and the reader both walk these lists.
//
// A field's name in the file is its name in the program. docs/recording-format.md explains them; a
// new field raises kRecordingMinor.
#pragma once

#include <concepts>
#include <type_traits>

#include "boundscope/recording.h"

namespace boundscope {

// The writer passes constants, the reader what it fills.
template <class T, class Struct>
concept Is = std::same_as<std::remove_const_t<T>, Struct>;

// For what most lines do not have: left out of the file when there is nothing to say.
template <class T>
void unless_empty(auto& visit, const char* name, T& value) {
  if constexpr (std::is_const_v<T>) {
    if (value.empty()) return;
  }
  visit(name, value);
}

void fields(auto& visit, Is<Capability> auto& of) {
  visit("name", of.name);
  visit("state", of.state);
  visit("mechanism", of.mechanism);
  visit("reason", of.reason);
}

void fields(auto& visit, Is<RecordingHeader> auto& of) {
  visit("major", of.major);
  visit("minor", of.minor);
  visit("tool_version", of.tool_version);
  visit("started", of.started);
  visit("kernel", of.kernel);
  visit("architecture", of.architecture);
  visit("cpus", of.cpus);
  visit("cpu_limit", of.cpu_limit);
  visit("cpu_quota", of.cpu_quota);
  visit("memory_limit_bytes", of.memory_limit_bytes);
  visit("host_memory_bytes", of.host_memory_bytes);
  visit("frequency_hz", of.frequency_hz);
  visit("budget_share", of.budget_share);
  visit("seed", of.seed);
  visit("target", of.target);
  visit("capabilities", of.capabilities);
}

void fields(auto& visit, Is<TargetProcess> auto& of) {
  visit("pid", of.pid);
  visit("parent", of.parent);
  visit("start_ticks", of.start_ticks);
  visit("comm", of.comm);
  visit("exe", of.exe);
  visit("cgroup", of.cgroup);
  visit("runtime", of.runtime);
  visit("runtime_version", of.runtime_version);
  visit("threads", of.threads);
  unless_empty(visit, "runtime_vendor", of.runtime_vendor);
  unless_empty(visit, "collector", of.collector);
  unless_empty(visit, "jit", of.jit);
  unless_empty(visit, "language", of.language);
  unless_empty(visit, "embedded", of.embedded);
}

void fields(auto& visit, Is<Frame> auto& of) {
  visit("module", of.module);
  visit("symbol", of.symbol);
  visit("previous", of.previous);
  visit("next", of.next);
  visit("offset", of.offset);
}

void fields(auto& visit, Is<Stack> auto& of) {
  visit("id", of.id);
  visit("in_kernel", of.in_kernel);
  visit("cut", of.cut);
  visit("frames", of.frames);
}

void fields(auto& visit, Is<ActivityTime> auto& of) {
  visit("point_ns", of.point_ns);
  visit("low_ns", of.low_ns);
  visit("high_ns", of.high_ns);
}

void fields(auto& visit, Is<RequestTotals> auto& of) {
  visit("observed_ns", of.observed_ns);
  visit("idle_ns", of.idle_ns);
  visit("in_flight_ns", of.in_flight_ns);
  visit("activity", of.activity);
  visit("behind_running_ns", of.behind_running_ns);
  visit("behind_waiting_ns", of.behind_waiting_ns);
  visit("behind_nothing_ns", of.behind_nothing_ns);
  visit("stopped_ns", of.stopped_ns);
  visit("background_ns", of.background_ns);
  visit("started", of.started);
  visit("finished", of.finished);
  visit("latency_ns", of.latency_ns);
  visit("socket_queue_ns", of.socket_queue_ns);
  visit("transfer_ns", of.transfer_ns);
  visit("aborted", of.aborted);
  visit("pushed", of.pushed);
  visit("held_back", of.held_back);
  visit("excluded", of.excluded);
  visit("long_polls", of.long_polls);
  visit("long_poll_ns", of.long_poll_ns);
  visit("peak_in_flight", of.peak_in_flight);
}

void fields(auto& visit, Is<ProcessWindow> auto& of) {
  visit("pid", of.pid);
  visit("requests", of.requests);
  visit("on_cpu_ns", of.on_cpu_ns);
  visit("preempted_ns", of.preempted_ns);
  visit("woken_ns", of.woken_ns);
  visit("throttled_ns", of.throttled_ns);
  visit("blocked_ns", of.blocked_ns);
  visit("running_any_ns", of.running_any_ns);
  visit("stopped_running_ns", of.stopped_running_ns);
  visit("reclaim_ns", of.reclaim_ns);
  visit("compaction_ns", of.compaction_ns);
}

void fields(auto& visit, Is<ThreadWindow> auto& of) {
  visit("tid", of.tid);
  visit("pid", of.pid);
  visit("comm", of.comm);
  visit("on_cpu_ns", of.on_cpu_ns);
  visit("preempted_ns", of.preempted_ns);
  visit("woken_ns", of.woken_ns);
  visit("throttled_ns", of.throttled_ns);
  visit("blocked_ns", of.blocked_ns);
  visit("switches", of.switches);
  visit("reclaim_ns", of.reclaim_ns);
  visit("compaction_ns", of.compaction_ns);
}

void fields(auto& visit, Is<WaitTotals> auto& of) {
  visit("pid", of.pid);
  visit("wait_class", of.wait_class);
  visit("subject", of.subject);
  visit("blocked_ns", of.blocked_ns);
  visit("count", of.count);
  visit("longest_ns", of.longest_ns);
}

void fields(auto& visit, Is<LockCause> auto& of) {
  visit("pid", of.pid);
  visit("running_ns", of.running_ns);
  visit("disk_ns", of.disk_ns);
  visit("upstream_ns", of.upstream_ns);
  visit("other_ns", of.other_ns);
}

void fields(auto& visit, Is<UpstreamTotals> auto& of) {
  visit("pid", of.pid);
  visit("peer", of.peer);
  visit("internal", of.internal);
  visit("calls", of.calls);
  visit("latency_ns", of.latency_ns);
  visit("longest_ns", of.longest_ns);
  visit("resends", of.resends);
  visit("pickup_ns", of.pickup_ns);
}

void fields(auto& visit, Is<ProtocolTotals> auto& of) {
  visit("port", of.port);
  visit("protocol", of.protocol);
  visit("sampled", of.sampled);
  visit("pipelined", of.pipelined);
  visit("messages", of.messages);
}

void fields(auto& visit, Is<SampleTotals> auto& of) {
  visit("pid", of.pid);
  visit("comm", of.comm);
  visit("main_thread", of.main_thread);
  visit("stack", of.stack);
  visit("count", of.count);
}

void fields(auto& visit, Is<WaitStackTotals> auto& of) {
  visit("pid", of.pid);
  visit("comm", of.comm);
  visit("wait_class", of.wait_class);
  visit("stack", of.stack);
  visit("blocked_ns", of.blocked_ns);
  visit("count", of.count);
}

void fields(auto& visit, Is<LatencyBucket> auto& of) {
  visit("index", of.index);
  visit("count", of.count);
}

void fields(auto& visit, Is<StallTotals> auto& of) {
  visit("pid", of.pid);
  visit("samples", of.samples);
  visit("unread", of.unread);
  visit("after_load", of.after_load);
  visit("unclear", of.unclear);
  visit("expected_after_load", of.expected_after_load);
}

void fields(auto& visit, Is<StallCalibration> auto& of) {
  unless_empty(visit, "missing", of.missing);
  visit("samples", of.samples);
  visit("load_cycles", of.load_cycles);
  visit("found_share", of.found_share);
}

void fields(auto& visit, Is<StallCounters> auto& of) {
  visit("events", of.events);
  visit("cycles", of.cycles);
  visit("memory_cycles", of.memory_cycles);
}

void fields(auto& visit, Is<GcTotals> auto& of) {
  visit("pid", of.pid);
  visit("source", of.source);
  visit("probes", of.probes);
  visit("collector", of.collector);
  visit("missing", of.missing);
  visit("stops", of.stops);
  visit("stopped_ns", of.stopped_ns);
  visit("ended_stops_ns", of.ended_stops_ns);
  visit("longest_stop_ns", of.longest_stop_ns);
  visit("cycles", of.cycles);
  visit("pauses", of.pauses);
  visit("pause_ns", of.pause_ns);
  visit("longest_pause_ns", of.longest_pause_ns);
  visit("gc_cpu_ns", of.gc_cpu_ns);
  visit("concurrent_gc_cpu_ns", of.concurrent_gc_cpu_ns);
  visit("assist_cpu_ns", of.assist_cpu_ns);
  visit("sched_latency_ns", of.sched_latency_ns);
  visit("mutex_wait_ns", of.mutex_wait_ns);
  visit("lock_contentions", of.lock_contentions);
  visit("lock_parks", of.lock_parks);
  visit("live_heap_bytes", of.live_heap_bytes);
  visit("heap_used_bytes", of.heap_used_bytes);
  visit("heap_capacity_bytes", of.heap_capacity_bytes);
  visit("heap_goal_bytes", of.heap_goal_bytes);
  visit("heap_max_bytes", of.heap_max_bytes);
  visit("gc_percent", of.gc_percent);
  visit("memory_limit_bytes", of.memory_limit_bytes);
  visit("max_procs", of.max_procs);
}

void fields(auto& visit, Is<MemoryTotals> auto& of) {
  visit("pid", of.pid);
  visit("source", of.source);
  visit("missing", of.missing);
  visit("rss_bytes", of.rss_bytes);
  visit("pss_bytes", of.pss_bytes);
  visit("private_bytes", of.private_bytes);
  visit("shared_bytes", of.shared_bytes);
  visit("swap_bytes", of.swap_bytes);
  visit("huge_bytes", of.huge_bytes);
  visit("mappings", of.mappings);
  visit("anonymous_bytes", of.anonymous_bytes);
  visit("stack_bytes", of.stack_bytes);
  visit("code_bytes", of.code_bytes);
  visit("file_bytes", of.file_bytes);
  visit("shmem_bytes", of.shmem_bytes);
}

void fields(auto& visit, Is<HostWindow> auto& of) {
  visit("cpu_ns", of.cpu_ns);
  visit("rss_bytes", of.rss_bytes);
  visit("minor_faults", of.minor_faults);
  visit("major_faults", of.major_faults);
  visit("cgroup_throttled_ns", of.cgroup_throttled_ns);
  visit("cgroup_periods", of.cgroup_periods);
  visit("cgroup_periods_throttled", of.cgroup_periods_throttled);
  visit("memory_usage_bytes", of.memory_usage_bytes);
  visit("refaults", of.refaults);
  visit("pressure_cpu_some_ns", of.pressure_cpu_some_ns);
  visit("pressure_memory_full_ns", of.pressure_memory_full_ns);
  visit("pressure_io_full_ns", of.pressure_io_full_ns);
  visit("steal_ns", of.steal_ns);
  visit("host_busy_ns", of.host_busy_ns);
  visit("anonymous_bytes", of.anonymous_bytes);
  visit("file_bytes", of.file_bytes);
  visit("shmem_bytes", of.shmem_bytes);
  visit("swap_bytes", of.swap_bytes);
  visit("memory_limit_bytes", of.memory_limit_bytes);
  visit("page_cache_bytes", of.page_cache_bytes);
  visit("memory_limit_hits", of.memory_limit_hits);
  visit("oom_kills", of.oom_kills);
  visit("refaults_anonymous", of.refaults_anonymous);
  visit("refaults_active", of.refaults_active);
  visit("read_pages", of.read_pages);
  visit("pressure_memory_some_ns", of.pressure_memory_some_ns);
  visit("pressure_of_cgroup", of.pressure_of_cgroup);
}

void fields(auto& visit, Is<CostWindow> auto& of) {
  visit("tool_cpu_ns", of.tool_cpu_ns);
  visit("tool_rss_bytes", of.tool_rss_bytes);
  visit("switches", of.switches);
  visit("socket_events", of.socket_events);
  visit("events_on_target_ns", of.events_on_target_ns);
  visit("samples", of.samples);
}

void fields(auto& visit, Is<PaceTotals> auto& of) {
  visit("watched_ns", of.watched_ns);
  visit("watched_segments", of.watched_segments);
  visit("unwatched_ns", of.unwatched_ns);
  visit("unwatched_segments", of.unwatched_segments);
}

void fields(auto& visit, Is<Loss> auto& of) {
  visit("what", of.what);
  visit("count", of.count);
}

void fields(auto& visit, Is<Window> auto& of) {
  visit("start_ns", of.start_ns);
  visit("duration_ns", of.duration_ns);
  visit("observed_ns", of.observed_ns);
  visit("processes", of.processes);
  visit("threads", of.threads);
  visit("waits", of.waits);
  visit("lock_causes", of.lock_causes);
  visit("upstreams", of.upstreams);
  visit("protocols", of.protocols);
  visit("samples", of.samples);
  visit("wait_stacks", of.wait_stacks);
  visit("latencies", of.latencies);
  unless_empty(visit, "latencies_without_stops", of.latencies_without_stops);
  unless_empty(visit, "gc", of.gc);
  unless_empty(visit, "memory", of.memory);
  unless_empty(visit, "stalls", of.stalls);
  unless_empty(visit, "stall_calibrations", of.stall_calibrations);
  unless_empty(visit, "stall_counters", of.stall_counters);
  visit("host", of.host);
  visit("cost", of.cost);
  visit("pace", of.pace);
  visit("losses", of.losses);
}

}  // namespace boundscope
