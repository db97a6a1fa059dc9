#include "collect/sweep.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <thread>

#include "probes.skel.h"

namespace boundscope {
namespace {

constexpr std::uint64_t field(std::uint64_t word, int shift, int bits) {
  return (word >> shift) & ((std::uint64_t{1} << bits) - 1);
}

// Exchanges that are in a process's word, and those that have left it so far.
struct Open {
  std::uint64_t requests = 0, calls = 0, left_requests = 0, left_calls = 0;
};

std::uint64_t load(const __u64& value) { return __atomic_load_n(&value, __ATOMIC_SEQ_CST); }

// What was open before the sweep, was not seen by it and did not end meanwhile is open nowhere.
std::uint64_t leaked(std::uint64_t open_before, std::uint64_t seen, std::uint64_t ended_meanwhile) {
  const std::uint64_t accounted = seen + ended_meanwhile;
  return open_before > accounted ? open_before - accounted : 0;
}

Open all_of(const bs_process& process) {
  Open open;
  open.left_requests = load(process.left_requests);
  open.left_calls = load(process.left_calls);
  const std::uint64_t word = load(process.word);
  open.requests = field(word, BS_REQUESTS_SHIFT, BS_REQUESTS_BITS);
  open.calls = field(word, BS_CALLS_SHIFT, BS_CALLS_BITS);
  return open;
}

Open unix_of(const bs_process& process) {
  Open open;
  open.left_requests = load(process.unix_left_requests);
  open.left_calls = load(process.unix_left_calls);
  open.requests = load(process.unix_opened_requests) - open.left_requests;
  open.calls = load(process.unix_opened_calls) - open.left_calls;
  return open;
}

struct Leaked {
  std::uint64_t requests = 0, calls = 0;
};
using LeakedBySlot = std::map<std::uint32_t, Leaked>;

// One pass that counts; only slots of which something is open nowhere.
Result<LeakedBySlot> count_leaked(KernelProbes& kernel, const ProcessSlots& slots) {
  const auto open_of = kernel.sweeps_descriptors() ? unix_of : all_of;
  std::map<std::uint32_t, Open> before;
  for (const auto& [slot, pid] : slots.in_use()) {
    bs_process& process = kernel.process(slot);
    process.seen_requests = 0;
    process.seen_calls = 0;
    process.oldest_request_ns = 0;
    before[slot] = open_of(process);
  }
  if (auto swept = kernel.run_sweep(BS_SWEEP_COUNT, slots.pids()); !swept) return swept.error();
  LeakedBySlot found;
  for (const auto& [slot, was] : before) {
    const bs_process& process = kernel.process(slot);
    const Open now = open_of(process);
    const Leaked leaked_here{
        leaked(was.requests, process.seen_requests, now.left_requests - was.left_requests),
        leaked(was.calls, process.seen_calls, now.left_calls - was.left_calls)};
    if (leaked_here.requests + leaked_here.calls > 0) found[slot] = leaked_here;
  }
  return found;
}

// A CPU of a virtual machine may be held up for as long as a pass takes, between a probe's two
// steps of ending an exchange; what is open nowhere is so for good. A second pass tells.
Result<LeakedBySlot> leaked_for_good(KernelProbes& kernel, const ProcessSlots& slots) {
  constexpr auto kLater = std::chrono::milliseconds(10);
  auto first = count_leaked(kernel, slots);
  if (!first || first->empty()) return first;
  std::this_thread::sleep_for(kLater);
  auto second = count_leaked(kernel, slots);
  if (!second) return second;
  for (auto& [slot, found] : *second) {
    const Leaked before = (*first)[slot];
    found = {std::min(found.requests, before.requests), std::min(found.calls, before.calls)};
  }
  return second;
}

}  // namespace

Result<> sweep_sockets(KernelProbes& kernel, const ProcessSlots& slots,
                       std::uint64_t since_last_ns) {
  if (!kernel.can_sweep()) return Done{};
  auto found = leaked_for_good(kernel, slots);
  if (!found) return found.error();
  for (const auto& [slot, gone] : *found) {
    if (gone.requests + gone.calls == 0) continue;
    bs_process& process = kernel.process(slot);
    __atomic_fetch_sub(&process.word,
                       (gone.requests << BS_REQUESTS_SHIFT) + (gone.calls << BS_CALLS_SHIFT),
                       __ATOMIC_SEQ_CST);
    if (kernel.sweeps_descriptors()) {
      __atomic_fetch_add(&process.unix_left_requests, gone.requests, __ATOMIC_SEQ_CST);
      __atomic_fetch_add(&process.unix_left_calls, gone.calls, __ATOMIC_SEQ_CST);
    }
    process.aborted += gone.requests;
    // They went some time since the last sweep: half of it, in the mean, they were counted for
    // nothing.
    process.long_poll_ns += gone.requests * since_last_ns / 2;
  }
  return kernel.run_sweep(BS_SWEEP_TAKE_OUT, slots.pids());
}

Result<std::uint64_t> segments_since_last(KernelProbes& kernel, const ProcessSlots& slots) {
  if (!kernel.can_sweep()) return 0;
  kernel.skeleton().data->pace_pass += 1;
  kernel.skeleton().bss->pace_segments = 0;
  if (auto swept = kernel.run_sweep(BS_SWEEP_PACE, slots.pids()); !swept) return swept.error();
  return kernel.skeleton().bss->pace_segments;
}

}  // namespace boundscope
