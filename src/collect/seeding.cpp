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

Result<> seed_listeners(KernelProbes& kernel) {
  // One of each kind, for the kernel side to learn what they look like.
  const UniqueFd event(eventfd(0, EFD_CLOEXEC));
  const UniqueFd poll(epoll_create1(EPOLL_CLOEXEC));
  const UniqueFd timer(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  auto& globals = *kernel.skeleton().data;
  globals.own_eventfd = event.get();
  globals.own_eventpoll = poll.get();
  globals.own_timerfd = timer.get();
  for (const bs_seed_pass pass : {BS_SEED_LISTENERS, BS_SEED_SHARED}) {
    if (pass != BS_SEED_LISTENERS && !kernel.follows_requests()) break;
    kernel.skeleton().bss->seed_pass = pass;
    if (auto seeded = kernel.run_seed_files(); !seeded) return seeded.error();
  }
  return Done{};
}

Result<> seed_connections(KernelProbes& kernel, const ProcessSlots& slots) {
  if (!kernel.follows_requests()) return Done{};
  kernel.skeleton().bss->seed_pass = BS_SEED_CONNECTIONS;
  return kernel.run_seed_files(slots.pids());
}

}  // namespace boundscope
