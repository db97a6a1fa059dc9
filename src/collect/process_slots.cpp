#include "collect/process_slots.h"

#include <bpf/bpf.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "collect/kernel_clock.h"
#include "collect/load_error.h"
#include "probes.skel.h"
#include "target/unique_fd.h"

namespace boundscope {
namespace {

bool has_exited(const UniqueFd& pidfd) {
  pollfd end{pidfd.get(), POLLIN, 0};
  return poll(&end, 1, 0) > 0;
}

// Code of these runtimes can be walked by the kernel; other stacks are copied and walked by their
// unwinding tables (docs/decisions/0005-unwinding.md). What a thread of a JVM waits for is told by
// frames of libjvm, beyond those of the C library.
std::uint32_t stacks_to_copy(Runtime runtime) {
  switch (runtime) {
    case Runtime::jvm:
      return BS_COPY_LOCK_WAITS;
    case Runtime::go:
    case Runtime::node:
    case Runtime::deno:
    case Runtime::bun:
    case Runtime::dotnet:
      return 0;
    default:
      return BS_COPY_ALL;
  }
}

}  // namespace

Result<ProcessSlots> ProcessSlots::create(KernelProbes& kernel) {
  const int free_slots = bpf_map__fd(kernel.skeleton().maps.free_slots);
  // A stack: the lowest slot comes out first.
  for (std::uint32_t slot = BS_MAX_PROCESSES - 1; slot > 0; --slot) {
    if (bpf_map_update_elem(free_slots, nullptr, &slot, BPF_ANY) != 0)
      return load_error(errno, "fill the list of process slots");
  }
  return ProcessSlots(kernel);
}

Result<bool> ProcessSlots::mark(const TargetProcess& process) {
  if (const auto known = marked_.find(process.pid);
      known != marked_.end() && known->second == process.start_ticks)
    return true;
  const UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, process.pid, 0)));
  if (!pidfd) {
    if (errno == ESRCH) return false;
    return load_error(errno, "open process " + std::to_string(process.pid));
  }
  auto& maps = kernel_->skeleton().maps;
  const int key = kernel_->thread_key(process.pid, pidfd);
  bs_thread thread{};
  // The child of a marked process has marked itself.
  if (bpf_map_lookup_elem(bpf_map__fd(maps.threads), &key, &thread) == 0) {
    marked_[process.pid] = process.start_ticks;
    learn(thread.slot, process.pid);
  } else {
    std::uint32_t slot = 0;
    const bool found =
        bpf_map_lookup_and_delete_elem(bpf_map__fd(maps.free_slots), nullptr, &slot) == 0;
    if (!found) slot = 0;
    thread = {};
    thread.slot = slot;
    thread.self = static_cast<__u64>(process.pid);
    thread.since_ns = kernel_now_ns();  // what it did before is not known
    if (bpf_map_update_elem(bpf_map__fd(maps.threads), &key, &thread, BPF_NOEXIST) != 0) {
      const int error = errno;
      if (slot != 0) bpf_map_update_elem(bpf_map__fd(maps.free_slots), nullptr, &slot, BPF_ANY);
      if (error == ESRCH || error == ENOENT) return false;
      if (error == EEXIST) return true;  // its parent is marked: it has done so itself meanwhile
      return load_error(error, "mark process " + std::to_string(process.pid));
    }
    marked_[process.pid] = process.start_ticks;
    if (slot == 0) {
      ++lost_;
      without_slot_[process.pid] = process.start_ticks;
    } else {
      kernel_->process(slot).pid = static_cast<__u32>(process.pid);
      pids_[slot] = process.pid;
      if (has_exited(pidfd))
        kernel_->process(slot).exited_at_ns = 1;  // before its end could be seen
    }
  }
  tell_runtime(thread.slot, process.runtime);
  return true;
}

void ProcessSlots::tell_runtime(std::uint32_t slot, Runtime runtime) {
  bs_process& process = kernel_->process(slot);
  process.copy_stacks = stacks_to_copy(runtime);
  // Their requests change threads whenever they wait: a thread is no request there.
  process.threads_are_not_requests = runtime == Runtime::go || runtime == Runtime::beam ? 1 : 0;
}

pid_t ProcessSlots::pid_of(std::uint32_t slot) const {
  if (slot == 0 || slot >= BS_MAX_PROCESSES) return 0;
  if (const auto known = pids_.find(slot); known != pids_.end()) return known->second;
  return static_cast<pid_t>(kernel_->process(slot).pid);
}

std::vector<ProcessSlots::Slot> ProcessSlots::in_use() const {
  std::vector<Slot> slots{{0, 0}};
  for (std::uint32_t slot = 1; slot < BS_MAX_PROCESSES; ++slot) {
    if (kernel_->process(slot).pid != 0) slots.push_back({slot, pid_of(slot)});
  }
  return slots;
}

std::vector<pid_t> ProcessSlots::pids() const {
  std::vector<pid_t> pids;
  for (const Slot& slot : in_use())
    if (slot.pid != 0) pids.push_back(slot.pid);
  return pids;
}

std::vector<pid_t> ProcessSlots::take_living(const ProcFs& proc) {
  std::vector<pid_t> pids;
  for (const auto& [slot, pid] : in_use())
    if (slot != 0 && kernel_->process(slot).exited_at_ns == 0) pids.push_back(pid);
  std::map<pid_t, std::optional<std::uint64_t>> still;
  for (const auto& [pid, start_ticks] : without_slot_) {
    const auto stat = proc.stat(pid);
    if (!stat || stat->start_ticks != start_ticks.value_or(stat->start_ticks)) continue;
    still[pid] = stat->start_ticks;
    pids.push_back(pid);
  }
  without_slot_ = std::move(still);
  return pids;
}

void ProcessSlots::recycle(const std::vector<std::uint32_t>& ended) {
  const int free_slots = bpf_map__fd(kernel_->skeleton().maps.free_slots);
  for (const std::uint32_t slot : ending_) {
    kernel_->process(slot) = bs_process{};
    pids_.erase(slot);
    bpf_map_update_elem(free_slots, nullptr, &slot, BPF_ANY);
  }
  std::vector<std::uint32_t> newly_ended;
  for (const std::uint32_t slot : ended)
    if (std::find(ending_.begin(), ending_.end(), slot) == ending_.end())
      newly_ended.push_back(slot);
  ending_ = std::move(newly_ended);
}

}  // namespace boundscope
