#include "collect/process_slots.h"

#include <bpf/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "collect/load_error.h"
#include "probes.skel.h"
#include "target/unique_fd.h"

namespace boundscope {

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
  const int fd = pidfd.get();
  bs_thread thread{};
  // The child of a marked process has marked itself.
  if (bpf_map_lookup_elem(bpf_map__fd(maps.threads), &fd, &thread) == 0) {
    marked_[process.pid] = process.start_ticks;
    pids_[thread.slot] = process.pid;
  } else {
    std::uint32_t slot = 0;
    if (bpf_map_lookup_and_delete_elem(bpf_map__fd(maps.free_slots), nullptr, &slot) != 0) slot = 0;
    thread = {};
    thread.slot = slot;
    thread.counted = BS_NOTHING;
    if (bpf_map_update_elem(bpf_map__fd(maps.threads), &fd, &thread, BPF_NOEXIST) != 0) {
      if (errno == ESRCH) return false;
      return load_error(errno, "mark process " + std::to_string(process.pid));
    }
    marked_[process.pid] = process.start_ticks;
    if (slot != 0) {
      kernel_->process(slot).pid = static_cast<__u32>(process.pid);
      pids_[slot] = process.pid;
    }
  }
  // Their requests change threads whenever they wait: a thread is no request there.
  if (process.runtime == Runtime::go || process.runtime == Runtime::beam)
    kernel_->process(thread.slot).threads_are_not_requests = 1;
  return true;
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

void ProcessSlots::recycle() {
  const int free_slots = bpf_map__fd(kernel_->skeleton().maps.free_slots);
  for (std::uint32_t slot = 1; slot < BS_MAX_PROCESSES; ++slot) {
    bs_process& process = kernel_->process(slot);
    if (process.pid == 0 || process.exited_at_ns == 0) continue;
    process = bs_process{};
    pids_.erase(slot);
    bpf_map_update_elem(free_slots, nullptr, &slot, BPF_ANY);
  }
}

}  // namespace boundscope
