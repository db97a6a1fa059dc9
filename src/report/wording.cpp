#include "report/wording.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "report/escape.h"
#include "report/format.h"

namespace boundscope {
namespace {

// A line of words. Names in braces: {subject}, and the value as {percent} {number} {count}
// {seconds}, what it is held against as {limit} or {limit_percent}, the whole as {time}, the
// interval as {range}.
struct Words {
  std::string_view code;
  std::string_view text;
  std::string_view advice = "";
  std::string_view unnamed = "something without a name";  // stands for an empty subject
};

constexpr std::array kCaveats{
    Words{"non_stationary",
          "the service changed its behaviour during the measurement; the answer is about its "
          "stable end",
          "measure again over a steady phase, or longer (-d 120)"},
    Words{"changed_late",
          "the service changed its behaviour during the measurement, too late for its end to speak "
          "alone; the answer mixes both",
          "measure again over a steady phase, or longer (-d 120)"},
    Words{"little_mismatch", "requests in flight and measured latency disagree by {percent}",
          "treat the shares of request time as rough"},
    Words{"background_unknown",
          "work that serves no request could not be told apart: the service was never idle long "
          "enough",
          "measure at a quieter time to see its background work"},
    Words{"records_lost", "{count} records were lost, most of them as \"{subject}\"",
          "measure a shorter time or fewer processes"},
    Words{"samples_disagree",
          "CPU samples show {number} times the CPU time that the scheduler counted",
          "trust the CPU time, not its split"},
    Words{"few_samples", "only {count} CPU samples were taken, too few to say whose CPU time it is",
          "measure longer (-d 120) or sample faster (-F 499)"},
    Words{"few_windows", "only {count} windows of time could be used, so the ranges are wide",
          "measure longer (-d 60)"},
    Words{"multiplexed",
          "{percent} of the exchanges ({subject}) share connections in a way that hides where one "
          "ends; they are left out",
          "judge by the coverage whether the rest speaks for all", "unknown protocol"},
    Words{
        "pipelined",
        "clients send {number} messages at a time ({subject}); one exchange counts as one request",
        "divide by that for the time of one message", "unknown protocol"},
    Words{"long_polls", "{count} requests only waited for news (long polls) and are left out"},
    Words{"aborted", "{percent} of the requests were closed without an answer",
          "look for time-outs at the clients"},
    Words{"encrypted",
          "{percent} of the exchanges are encrypted (TLS); if that hides HTTP/2, requests share "
          "connections, and there are more of them, each slower, than shown",
          "compare the rate and the latency with the service's own figures"},
    Words{"held_back",
          "{percent} of the answers wait for the client to acknowledge their first part before the "
          "rest is sent (Nagle's algorithm): clients see up to 40 ms more than the latency shown",
          "send an answer in one piece, or set TCP_NODELAY"},
    Words{"pushed", "{number} answers per request came unasked (a stream); they are not requests"},
    Words{"no_requests",
          "no request was seen; this is a view of its threads, which cannot say anything about "
          "latency",
          "measure under load if it serves requests over TCP or unix sockets"},
    Words{"unattributed_large", "{percent} of request time could not be accounted for",
          "look for queues inside of the service"},
    Words{"unknown_frames", "{percent} of the CPU samples hit code that could not be named",
          "install its symbols, or let its runtime write a perf map"},
    Words{"several_languages",
          "{percent} of the CPU time is that of processes written in another language ({subject}); "
          "predictions take it that they stay as they are, but their memory is not told apart",
          "name the process that a rewrite would replace (--pid)", "not known"},
    Words{"warming_up",
          "a JIT compiler still takes {percent} of the CPU time: the service is warming up",
          "measure again in a few minutes"},
    Words{"slowed",
          "it lost {percent} of its pace while events were observed; rate and latencies are those "
          "without"},
    Words{"duty_cycled", "to stay within the budget, events were observed {percent} of the time",
          "raise it with --budget if the service can bear it"},
    Words{"capability", "\"{subject}\" was not measured as intended{reason}",
          "'boundscope doctor' says what this host lacks"},
    Words{"target_exited", "the target ended after {seconds}", "the answer is about that time"},
    Words{"interrupted", "the measurement was ended by hand after {seconds}",
          "the answer is about that time"},
    Words{"truncated", "the recording breaks off after {seconds}: whoever wrote it was stopped",
          "the answer is about that time"},
    Words{"skipped_lines", "lines of kinds that this version does not know were skipped: {count}",
          "read it with a newer boundscope"},
    Words{"steal", "the hypervisor gave {percent} of a CPU to other machines",
          "measure on a quieter host before you decide"},
    Words{"noisy_neighbour", "other programs on this host keep {number} CPUs busy",
          "measure on a quieter host before you decide"},
    Words{"oom_killed", "the kernel killed {count} of its processes for want of memory",
          "raise the memory limit, or find out what takes the memory"},
    Words{"memory_grows",
          "its memory grows; if it goes on like this it meets its limit in {duration}",
          "measure again when it has warmed up; if it still grows, look for a leak"},
    Words{
        "low_load",
        "only {percent} of the CPU it may use was in use; CPU per request looks larger at low load",
        "measure near the peak for statements about capacity"},
};

constexpr std::array kReasons{
    // cpu
    Words{"cpu_share", "{percent} of {time} is computing or queueing for a CPU{range}"},
    Words{"run_queue_share", "{percent} of {time} is ready to run while no CPU is free{range}"},
    Words{"behind_running_share",
          "{percent} of {time} is waiting while the process computes for others{range}"},
    Words{"loop_saturated", "thread \"{subject}\" is busy {percent} of the time{range}", "", "?"},
    Words{"interpreter_lock",
          "{percent} of {time} is waiting for the interpreter lock ({subject}){range}", "", "?"},
    Words{"machine_full", "{percent} of the CPU it may use is in use{range}"},
    Words{"machine_not_full", "only {percent} of the CPU it may use is in use{range}"},
    Words{"owner_language",
          "{percent} of the CPU time is code that a rewrite replaces ({subject}){range}", "",
          "its own"},
    Words{"owner_native", "{percent} of the CPU time is spent in libraries ({subject}){range}", "",
          "unnamed"},
    Words{"owner_kernel", "{percent} of the CPU time is spent in the kernel ({subject}){range}", "",
          "other"},
    Words{"throttled_share", "{percent} of {time} is waiting for CPU quota{range}"},
    Words{"throttled_periods", "{percent} of the quota periods ran into the limit{range}"},
    Words{"steal_share", "the hypervisor takes {percent} of the host's CPU time{range}"},
    Words{"host_busy", "other programs keep {percent} of the host's CPUs busy{range}"},
    // memory
    Words{"gc_share", "{percent} of {time} is collecting garbage and allocating{range}"},
    Words{"gc_pause_share", "{percent} of {time} the runtime has stopped the program{range}"},
    Words{"heap_wait_share", "{percent} of {time} threads wait for room in the heap{range}"},
    Words{"gc_cpu_share", "{percent} of the CPU time is the collector's{range}"},
    Words{"allocator_share", "{percent} of the CPU time is the allocator's{range}"},
    Words{"gc_tail",
          "without the runtime's stops the slowest requests would be {number} times as fast"},
    Words{"stall_share",
          "{percent} of the CPU time the cores only wait for caches and DRAM{range}"},
    Words{"paging_share",
          "{percent} of {time} is waiting for memory to be paged in or reclaimed{range}"},
    Words{"refaults", "{number} pages a second are read again soon after their eviction"},
    Words{"at_memory_limit", "{percent} of its memory limit is in use"},
    Words{"memory_pressure", "all its work stands still for want of memory {percent} of the time"},
    Words{"reclaim_share", "its threads make room for memory {percent} of their time"},
    Words{"limit_hits", "{number} allocations a second meet the memory limit"},
    Words{"suggests_limit",
          "its memory does not grow: what it works with does not fit into {bytes}; a higher limit "
          "would help"},
    Words{"suggests_leak",
          "its memory grows by {bytes} a second: a higher limit only helps for a while, look for a "
          "leak or a cache without a bound"},
    Words{"suggests_allocator",
          "{percent} of its memory is neither heap, stack nor file: fewer arenas or another "
          "allocator may give some back"},
    Words{"suggests_less_heap",
          "{percent} of its memory is room that the collector keeps: a smaller heap target would "
          "give it back"},
    Words{"suggests_heap_room",
          "the memory limit leaves room for a heap {number} times as large: try that before a "
          "rewrite"},
    Words{"no_heap_room",
          "the memory limit leaves little room for a larger heap ({number} times the present)"},
    // io
    Words{"upstream_share",
          "{percent} of {time} is waiting for answers, mostly from {subject}{range}", "", "a peer"},
    Words{
        "upstream_multiplexed",
        "{percent} of {time} is waiting behind other calls on a connection that they share{range}"},
    Words{"disk_share", "{percent} of {time} is waiting for the disk (mostly {subject}){range}", "",
          "other"},
    Words{"disk_behind_locks",
          "{percent} of the lock waits are for a holder that waits for the disk{range}"},
    Words{"upstream_behind_locks",
          "{percent} of the lock waits are for a holder that waits for a peer{range}"},
    Words{"transfer_share",
          "{percent} of {time} is sending to readers that are slow to take it{range}"},
    // contention
    Words{"lock_share", "{percent} of {time} is waiting for locks, mostly {subject}{range}", "",
          "unnamed ones"},
    Words{"queue_share",
          "{percent} of {time} is queueing: no thread and no call works on the request{range}"},
    Words{"workers_wait_upstream", "busy workers wait for {subject} ({percent} of {time})", "",
          "peers"},
    Words{"workers_wait_disk", "busy workers wait for the disk ({percent} of {time})"},
    Words{"mean_in_flight", "{number} requests are in flight on average"},
    // idle
    Words{"idle_share", "nothing was in progress {percent} of the time{range}"},
    Words{"few_requests", "it served {count} requests"},
    Words{"little_cpu", "it uses {number} CPU cores"},
    // inconclusive
    Words{"too_few_requests", "{count} requests were seen where {limit} are needed",
          "measure under more load, or longer (-d 120)"},
    Words{
        "beside_requests",
        "the {count} requests that were seen are hardly what it works for, and of what its threads "
        "wait for otherwise nothing can be said",
        "measure the process that does the work, or while requests need it"},
    Words{"few_windows", "{count} windows of time were observed where {limit} are needed",
          "measure longer (-d 60)"},
    Words{"few_samples", "{count} CPU samples were taken where {limit} are needed",
          "measure longer (-d 120) or sample faster (-F 499)"},
    Words{"attribution",
          "\"{subject}\" would fit what was measured as well ({percent} of the draws agree on one "
          "answer)",
          "measure longer (-d 120), or at a load with fewer requests at a time", "another answer"},
    Words{"coverage", "only {percent} of the exchanges could be followed",
          "measure a service instance or port with plain request-answer traffic"},
    Words{"non_stationary", "its behaviour kept changing (worth {number} independent windows)",
          "measure a steady phase, or longer (-d 120)"},
    Words{"no_dominant", "no cause stands out: the largest takes {percent}",
          "read the shares below, and measure nearer to its peak load"},
    Words{"unattributed", "{percent} of request time could not be accounted for",
          "look for queues inside of the service"},
    Words{"records_lost", "too many records were lost ({percent} of those kept)",
          "measure fewer processes, or a shorter time"},
    Words{"nothing_measured", "nothing was measured in {seconds}",
          "'boundscope doctor' says what this host lacks; otherwise measure longer (-d 60)"},
    Words{"little_mismatch", "requests in flight and measured latency disagree by {percent}",
          "measure again; a steady load helps"},
    Words{"closest", "the best guess all the same is \"{subject}\" ({percent})", "", "none"},
};

constexpr std::array kGains{
    Words{"language_bound", "{percent} of the request time is language-bound"},
    Words{"language_cpu", "{percent} of the CPU time is language-bound"},
    Words{"waits_stay", "{percent} of the request time is waiting, mostly for {subject}, and stays",
          "", "something else"},
    Words{"cpu_stays",
          "{percent} of the CPU time is in libraries and the kernel ({subject}) and stays", "",
          "various"},
    Words{"already_native", "it is compiled to machine code already"},
    Words{"pool_decides",
          "{percent} of the request time is queueing for a worker or a connection; how many there "
          "are decides, not the language"},
    Words{"stops_make_tail", "stops of the runtime make the p99 {ratio} as long"},
    Words{"chance", "{percent} probability of 1.2x or more"},
    Words{"unknown_owner", "for {percent} of the CPU time nobody knows whose it is"},
    Words{"few_samples", "only {count} CPU samples ({limit} needed)"},
    Words{"few_requests", "only {count} requests ({limit} needed)"},
    Words{"no_requests", "no requests to measure by"},
    Words{"low_load",
          "only {number} CPU cores are in use, so there is little to save at this load"},
    Words{"not_saturating",
          "the CPU ({percent} in use) is not what limits it, or not at this load"},
    Words{"no_priors", "nothing is known about a move to {subject}", "", "another language"},
    Words{"memory_from_heap", "from its live data, {percent} of the memory"},
    Words{"memory_from_rss",
          "from all memory it holds, since its live data is not known: a wide range"},
    Words{"no_memory", "its memory was not measured"},
    Words{"verdict_open", "what bounds it could not be measured"},
    Words{"idle", "it does nothing {percent} of the time"},
    Words{"no_need", "no action necessary: it answers fast and uses {percent} of what it may"},
    Words{"goal_latency", "latency, with {subject}"},
    Words{"goal_tail", "tail, with {subject}"},
    Words{"goal_capacity", "CPU per request, with {subject}"},
    Words{"goal_memory", "memory, with {subject}"},
    Words{"nothing_gains", "no goal that matters here gains enough"},
};

constexpr std::array kAssumptions{
    Words{"same_algorithm", "same work"},
    Words{"same_upstreams", "upstreams as fast"},
    Words{"same_concurrency", "as many workers"},
    Words{"at_this_load", "this load"},
    Words{"one_run", "another start may differ"},
    Words{"already_native", "it is written in a compiled language already"},
    Words{"language_unknown", "its language is unknown, so any could be better or not"},
};

constexpr std::array kActions{
    Words{"rewrite", "a rewrite in {subject}", "", "another language"},
    Words{"no_action", "No action is necessary at this load."},
    Words{"cache_upstream", "cache {percent} of the calls to {subject}", "", "others"},
    Words{"speed_up_upstream", "make {subject} answer twice as fast", "", "the peer"},
    Words{"batch_calls", "one call to {subject} a request instead of {number}", "", "the peer"},
    Words{"reuse_connections",
          "keep connections open: making them takes {percent} of the CPU time"},
    Words{"raise_quota", "raise the CPU quota until nothing is throttled"},
    Words{"limit_threads", "set {subject} to {number}, as many as the quota has CPUs", "",
          "its threads"},
    Words{"more_workers", "more workers or connections, until nothing queues"},
    Words{"more_processes", "spread thread \"{subject}\" over several processes", "", "?"},
    Words{"fix_lock", "hold {subject} half as long", "", "the busiest lock"},
    Words{"faster_disk", "halve the time of disk operations ({subject})", "", "all"},
    Words{"fewer_syncs", "several changes a sync (group commit)"},
    Words{"more_heap_room", "twice the room between collections ({subject})", "", "its heap"},
    Words{"other_collector", "a collector that runs beside the program (ZGC, not {subject})", "",
          "the present one"},
    Words{"other_allocator", "another allocator (jemalloc, mimalloc)"},
    Words{"jit_flag", "compile the same code better: {subject}", "", "its compiler"},
    Words{"native_hot_part", "only {subject} ({percent} of the CPU time) in native code", "",
          "the hottest function"},
    Words{"more_memory", "raise the memory limit until nothing is paged"},
    Words{"spare_capacity",
          "run it on spare (spot) capacity, if it may be interrupted: of its cost"},
    Words{"compact_layout",
          "keep data that is used together close together: arrays, not linked objects; smaller "
          "records"},
    Words{"huge_pages", "back its heap with huge pages"},
};

constexpr std::array kDetails{
    Words{"holder_running", "holder computes"},
    Words{"holder_disk", "holder on disk"},
    Words{"holder_upstream", "holder calls out"},
    Words{"holder_other", "other holders"},
    Words{"heap_wait", "heap is full"},
    Words{"stopped", "program stopped"},
    Words{"read", "read"},
    Words{"write", "write"},
    Words{"sync", "sync"},
    Words{"io_uring", "io_uring"},
    Words{"page_fault", "page faults"},
    Words{"memory_wait", "reclaim"},
    Words{"reread", "evicted, read again"},
    Words{"preempted", "preempted"},
    Words{"woken", "after waking up"},
    Words{"behind_running", "while computing"},
    Words{"behind_waiting", "while waiting"},
    Words{"behind_nothing", "while idle"},
    Words{"network", "network"},
    Words{"files", "files"},
    Words{"memory", "memory"},
    Words{"scheduling", "scheduling"},
    Words{"other", "other"},
    Words{"multiplexed", "behind other calls"},
    Words{"slow_readers", "readers that are slow"},
    Words{"unaccounted", "what could not be accounted for"},
};

constexpr std::array kStates{Words{"cpu", "on CPU"},
                             Words{"run_queue", "waiting for a CPU"},
                             Words{"throttled", "out of CPU quota"},
                             Words{"client", "waiting for clients"},
                             Words{"upstream", "waiting for upstream"},
                             Words{"accept", "waiting for connections"},
                             Words{"socket_other", "other sockets"},
                             Words{"disk_read", "disk: read"},
                             Words{"disk_write", "disk: write"},
                             Words{"disk_sync", "disk: sync"},
                             Words{"disk_other", "disk: other"},
                             Words{"io_uring", "io_uring"},
                             Words{"lock", "waiting for locks"},
                             Words{"pipe", "pipes"},
                             Words{"timer", "sleeping"},
                             Words{"poll", "nothing to do (poll)"},
                             Words{"page_fault", "page faults"},
                             Words{"memory", "reclaim, memory locks"},
                             Words{"child", "waiting for children"},
                             Words{"park", "nothing to do (parked)"},
                             Words{"other", "other waits"}};

std::span<const Words> table_of(std::string_view kind) {
  if (kind == "caveat") return kCaveats;
  if (kind == "reason") return kReasons;
  if (kind == "gain") return kGains;
  if (kind == "assumption") return kAssumptions;
  if (kind == "action") return kActions;
  if (kind == "detail") return kDetails;
  return kStates;
}

const Words* find(std::span<const Words> table, std::string_view code) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [&](const Words& words) { return words.code == code; });
  return found == table.end() ? nullptr : &*found;
}

struct Blanks {
  double value = 0;
  double low = 0;
  double high = 0;
  double threshold = 0;
  std::string_view subject;
  std::string_view time = "request time";
  std::string reason;
};

// A code without words (a recording's analysis is ours, so this is a slip a test catches) is shown
// as it is rather than dropped.
std::string filled(const Words* words, std::string_view code, const Blanks& blanks) {
  if (words == nullptr) return escaped(code);
  const std::string interval = percent_range({blanks.value, blanks.low, blanks.high});
  const std::string range =
      blanks.low < blanks.high && !interval.empty() ? " (" + interval + ")" : "";
  const std::string subject =
      blanks.subject.empty() ? std::string(words->unnamed) : detail_words(blanks.subject);
  return fmt::format(
      fmt::runtime(words->text), fmt::arg("percent", percent(blanks.value)),
      fmt::arg("number", number(blanks.value)), fmt::arg("ratio", ratio(blanks.value)),
      fmt::arg("count", count(blanks.value)), fmt::arg("seconds", seconds(blanks.value)),
      fmt::arg("duration", duration(blanks.value)), fmt::arg("bytes", bytes(blanks.value)),
      fmt::arg("limit", number(blanks.threshold)), fmt::arg("subject", subject),
      fmt::arg("time", blanks.time), fmt::arg("range", range), fmt::arg("reason", blanks.reason));
}

std::string capability_reason(const Caveat& caveat, const Recording& recording) {
  for (const Capability& capability : recording.header.capabilities)
    if (capability.name == caveat.subject && !capability.reason.empty())
      return ": " + escaped(capability.reason);
  return "";
}

}  // namespace

CaveatWords caveat_words(const Caveat& caveat, const Recording& recording) {
  const Words* words = find(kCaveats, caveat.code);
  Blanks blanks;
  blanks.value = caveat.value.value_or(0);
  blanks.subject = caveat.subject;
  blanks.reason = capability_reason(caveat, recording);
  return {filled(words, caveat.code, blanks), std::string(words ? words->advice : "")};
}

std::string reason_words(const Reason& reason, View view) {
  Blanks blanks{reason.value, reason.low, reason.high, reason.threshold, reason.subject, "", ""};
  blanks.time = view == View::requests ? "request time" : "thread time";
  return filled(find(kReasons, reason.code), reason.code, blanks);
}

std::string reason_advice(std::string_view code) {
  const Words* words = find(kReasons, code);
  return std::string(words ? words->advice : "");
}

std::string assumption_words(std::string_view code) {
  return filled(find(kAssumptions, code), code, {});
}

std::string gain_words(const Reason& reason) {
  if (reason.code.empty()) return "";
  Blanks blanks{reason.value, reason.low, reason.high, reason.threshold, reason.subject, "", ""};
  return filled(find(kGains, reason.code), reason.code, blanks);
}

std::string prior_words(const Prior& prior) {
  return fmt::format("{} {} to {}: {} {} {} (n {}, {} {}, {}: {})", to_string(prior.kind),
                     escaped(prior.from), escaped(prior.to), number(prior.quantiles.p10),
                     number(prior.quantiles.p50), number(prior.quantiles.p90), prior.n,
                     prior.evidence, escaped(prior.date), escaped(prior.file),
                     escaped(prior.sources));
}

std::string action_words(const Alternative& row) {
  Blanks blanks;
  blanks.subject = row.subject;
  blanks.value = row.parameter.value_or(0);
  return filled(find(kActions, row.action), row.action, blanks);
}

std::string detail_words(std::string_view name) {
  const Words* words = find(kDetails, name);
  return words ? std::string(words->text) : escaped(name);
}

std::string component_words(RequestComponent component) {
  switch (component) {
    case RequestComponent::cpu:
      return "on CPU";
    case RequestComponent::run_queue:
      return "waiting for a CPU";
    case RequestComponent::gc_pause:
      return "held up by GC";
    case RequestComponent::upstream:
      return "waiting for upstream";
    case RequestComponent::disk:
      return "waiting for disk";
    case RequestComponent::lock:
      return "waiting for locks";
    case RequestComponent::paging:
      return "waiting for memory";
    case RequestComponent::throttled:
      return "out of CPU quota";
    case RequestComponent::socket_queue:
      return "not yet read";
    case RequestComponent::transfer:
      return "sending the answer";
    case RequestComponent::unattributed:
      return "not accounted for";
  }
  return "?";
}

std::string owner_words(CpuOwner owner) {
  switch (owner) {
    case CpuOwner::application:
      return "application code";
    case CpuOwner::interpreter:
      return "interpreter";
    case CpuOwner::jit_compiler:
      return "JIT compiler";
    case CpuOwner::gc:
      return "garbage collector";
    case CpuOwner::allocator:
      return "allocator";
    case CpuOwner::runtime:
      return "language runtime";
    case CpuOwner::builtin:
      return "native built-ins";
    case CpuOwner::native_library:
      return "native libraries";
    case CpuOwner::kernel:
      return "kernel";
    case CpuOwner::unknown:
      return "unknown";
  }
  return "?";
}

std::string state_words(std::string_view thread_state) {
  return filled(find(kStates, thread_state), thread_state, {});
}

bool has_words(std::string_view kind, std::string_view code) {
  return find(table_of(kind), code) != nullptr;
}

std::size_t words_in(std::string_view kind) { return table_of(kind).size(); }

std::string sentence(std::string words) {
  if (words.empty()) return words;
  if (words[0] >= 'a' && words[0] <= 'z') words[0] = static_cast<char>(words[0] - 'a' + 'A');
  return words.back() == '.' ? words : words + '.';
}

}  // namespace boundscope
