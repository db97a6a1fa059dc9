#include "collect/seeding.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "probes.skel.h"
#include "target/unique_fd.h"

namespace boundscope {

Result<std::size_t> seed_processes(const std::vector<TargetProcess>& processes,
                                   KernelProbes& kernel, ProcessSlots& slots) {
  std::size_t alive = 0;
  for (const TargetProcess& process : processes) {
    auto marked = slots.mark(process);
    if (!marked) return marked.error();
    if (*marked) ++alive;
  }
  if (auto seeded = kernel.run_seed_threads(); !seeded) return seeded.error();
  return alive;
}

Result<> seed_listeners(KernelProbes& kernel, const ProcessSlots& slots) {
  // One of each kind, for the kernel side to learn what they look like.
  const UniqueFd event(eventfd(0, EFD_CLOEXEC));
  const UniqueFd poll(epoll_create1(EPOLL_CLOEXEC));
  const UniqueFd timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  auto& globals = *kernel.skeleton().data;
  globals.own_eventfd = event.get();
  globals.own_eventpoll = poll.get();
  globals.own_timerfd = timer.get();
  kernel.skeleton().bss->seed_pass = BS_SEED_LISTENERS;
  std::vector<pid_t> pids = slots.pids();
  pids.push_back(getpid());
  return kernel.run_seed_files(pids);
}

Result<> seed_shared_listeners(KernelProbes& kernel) {
  if (!kernel.follows_requests()) return Done{};
  kernel.skeleton().bss->seed_pass = BS_SEED_SHARED;
  return kernel.run_seed_files();
}

Result<> seed_connections(KernelProbes& kernel, const ProcessSlots& slots) {
  if (!kernel.follows_requests()) return Done{};
  kernel.skeleton().bss->seed_pass = BS_SEED_CONNECTIONS;
  return kernel.run_seed_files(slots.pids());
}

}  // namespace boundscope
