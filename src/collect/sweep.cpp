#include "collect/sweep.h"

#include <algorithm>
#include <cstdint>
#include <map>

#include "probes.skel.h"

namespace boundscope {
namespace {

// Of the packed word (bpf/process.h).
constexpr int kRequestsShift = 0;
constexpr int kCallsShift = 14;
constexpr std::uint64_t kFieldMask = (1U << 14) - 1;

struct Before {
  std::uint64_t requests = 0, calls = 0, left_requests = 0, left_calls = 0;
};

std::uint64_t load(const __u64& value) { return __atomic_load_n(&value, __ATOMIC_SEQ_CST); }

// What was open before the sweep, was not seen by it and did not end meanwhile is open nowhere.
std::uint64_t leaked(std::uint64_t open_before, std::uint64_t seen, std::uint64_t ended_meanwhile) {
  const std::uint64_t accounted = seen + ended_meanwhile;
  return open_before > accounted ? open_before - accounted : 0;
}

}  // namespace

Result<> sweep_sockets(KernelProbes& kernel, const ProcessSlots& slots,
                       std::uint64_t since_last_ns) {
  if (!kernel.can_sweep()) return Done{};
  std::map<std::uint32_t, Before> before;
  for (const auto& [slot, pid] : slots.in_use()) {
    bs_process& process = kernel.process(slot);
    process.seen_requests = 0;
    process.seen_calls = 0;
    process.oldest_request_ns = 0;
    Before& state = before[slot];
    state.left_requests = load(process.left_requests);
    state.left_calls = load(process.left_calls);
    const std::uint64_t word = load(process.word);
    state.requests = word >> kRequestsShift & kFieldMask;
    state.calls = word >> kCallsShift & kFieldMask;
  }
  if (auto swept = kernel.run_sweep_sockets(false); !swept) return swept;
  for (const auto& [slot, state] : before) {
    bs_process& process = kernel.process(slot);
    const std::uint64_t requests = leaked(state.requests, process.seen_requests,
                                          load(process.left_requests) - state.left_requests);
    const std::uint64_t calls =
        leaked(state.calls, process.seen_calls, load(process.left_calls) - state.left_calls);
    if (requests + calls == 0) continue;
    __atomic_fetch_sub(&process.word, (requests << kRequestsShift) + (calls << kCallsShift),
                       __ATOMIC_SEQ_CST);
    process.aborted += requests;
    // They went some time since the last sweep: half of it, in the mean, they were counted for
    // nothing.
    process.long_poll_ns += requests * since_last_ns / 2;
  }
  return kernel.run_sweep_sockets(true);
}

}  // namespace boundscope
