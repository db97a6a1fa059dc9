#include "collect/kernel_probes.h"

#include <bpf/bpf.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <optional>
#include <span>
#include <utility>

#include "collect/kernel_clock.h"
#include "collect/load_error.h"
#include "probes.skel.h"
#include "target/file_read.h"
#include "target/unique_fd.h"

namespace boundscope {
namespace {

constexpr std::size_t kProcessMapBytes = sizeof(bs_process) * BS_MAX_PROCESSES;

// What the kernel does around a kprobe, which its statistics leave out, beyond what it does around
// other programs [E].
constexpr double kKprobeNs = 200;

// An iterator over sockets may walk a long hash chain between two reads.
constexpr std::size_t kIteratorRead = 256 * 1024;

bool is_loaded(const bpf_program* program) { return bpf_program__fd(program) >= 0; }

Result<BpfLink> attach(bpf_program* program) {
  BpfLink link(bpf_program__attach(program));
  if (!link) return load_error(errno, std::string("attach ") + bpf_program__name(program));
  return link;
}

// `over` narrows what is walked: a map, or the files of one process. Empty: everything.
Result<std::string> run_iterator(bpf_program* program,
                                 std::optional<bpf_iter_link_info> over = {}) {
  bpf_iter_attach_opts options{};
  options.sz = sizeof(options);
  if (over) {
    options.link_info = &*over;
    options.link_info_len = sizeof(*over);
  }
  const BpfLink link(bpf_program__attach_iter(program, over ? &options : nullptr));
  if (!link) return load_error(errno, std::string("attach ") + bpf_program__name(program));
  const UniqueFd fd(bpf_iter_create(bpf_link__fd(link.get())));
  if (!fd) return load_error(errno, std::string("start ") + bpf_program__name(program));

  std::string text;
  std::string chunk(kIteratorRead, '\0');
  for (;;) {
    const ssize_t n = ::read(fd.get(), chunk.data(), chunk.size());
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0) return load_error(errno, std::string("run ") + bpf_program__name(program));
    if (n == 0) return text;
    text.append(chunk, 0, static_cast<std::size_t>(n));
  }
}

// Process by process where the kernel can (6.1 and newer), or else over all of the host.
Result<> run_over_files(bpf_program* program, const std::vector<pid_t>& pids) {
  for (const pid_t pid : pids) {
    bpf_iter_link_info over{};
    over.task.pid = static_cast<__u32>(pid);
    if (run_iterator(program, over)) continue;
    if (kill(pid, 0) != 0 && errno == ESRCH) continue;  // it ended meanwhile
    auto text = run_iterator(program);
    if (!text) return text.error();
    return Done{};
  }
  return Done{};
}

ProgramRuns runs_of(std::span<bpf_program* const> programs) {
  ProgramRuns sum;
  for (const bpf_program* program : programs) {
    if (!is_loaded(program)) continue;
    bpf_prog_info info{};
    __u32 length = sizeof(info);
    if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &length) != 0) continue;
    sum.runs += info.run_cnt;
    sum.ns += info.run_time_ns;
  }
  return sum;
}

// Those that fill with what the target does and whose losses cost no state. A buffer of stacks has
// at least a page, which none fits into.
Result<> limit_tables(probes& skeleton, std::uint32_t most_entries) {
  const auto& maps = skeleton.maps;
  const auto page = static_cast<std::uint32_t>(sysconf(_SC_PAGESIZE));
  int error = bpf_map__set_max_entries(maps.stack_samples, page);
  for (bpf_map* map : {maps.listeners, maps.waits, maps.peers, maps.samples, maps.stacks,
                       maps.wait_stacks, maps.sampled_waits})
    if (error == 0) error = bpf_map__set_max_entries(map, most_entries);
  if (error != 0) return load_error(-error, "limit the tables");
  return Done{};
}

// Kernels before 5.11 charge maps to the locked memory of the process.
void raise_memlock_limit() {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

// The old object knows threads by their ids in the initial namespace (PROC_PID_INIT_INO, fixed in
// the kernel).
bool is_initial_pid_namespace() {
  return read_link("/proc/self/ns/pid") == std::optional<std::string>("pid:[4026531836]");
}

Error pids_are_not_ours(bool by_kprobes) {
  return Error{ErrorKind::environment,
               by_kprobes ? "kprobes can only be used from the host's own pid namespace"
                          : "this kernel can only be measured from the host's own pid namespace "
                            "(Linux 5.15 and newer from any)",
               "run boundscope on the host, or give its container --pid=host"};
}

Error no_kprobes() {
  return Error{ErrorKind::environment,
               "this kernel takes no kprobes, or not with the programs that follow requests",
               "leave out --backend kprobes; 'boundscope doctor' shows what this host has"};
}

}  // namespace

void KernelProbes::SkeletonDeleter::operator()(probes* skeleton) const noexcept {
  probes__destroy(skeleton);
}

void KernelProbes::MappingDeleter::operator()(bs_process* first) const noexcept {
  munmap(first, kProcessMapBytes);
}

Result<KernelProbes> KernelProbes::load_rung(const Rung& rung, std::uint32_t most_entries) {
  Skeleton skeleton(open_probes(rung.object));
  if (!skeleton) return load_error(errno, "open the BPF programs");
  choose_programs(*skeleton, rung);
  if (most_entries > 0) {
    if (auto limited = limit_tables(*skeleton, most_entries); !limited) return limited.error();
  }
  if (probes__load(skeleton.get()) != 0) return load_error(errno, "load the BPF programs");

  KernelProbes loaded(std::move(skeleton), rung);
  if (auto mapped = loaded.map_processes(); !mapped) return mapped.error();
  return loaded;
}

Result<KernelProbes> KernelProbes::load(bool by_kprobes, std::uint32_t most_entries) {
  libbpf_set_print(keep_first_failure);
  raise_memlock_limit();
  Result<KernelProbes> highest =
      by_kprobes ? Result<KernelProbes>(no_kprobes()) : load_rung(Rung{}, most_entries);
  if (highest) return highest;
  // Which kernel refuses what is found out by trying. A measurement can do without much.
  bool host_would_do = false;
  for (Rung rung : ladder()) {
    const bool needs_host = rung.object == ProbeObject::old && !is_initial_pid_namespace();
    if (needs_host && host_would_do) continue;
    if (by_kprobes && rung.hooks != SocketHooks::kprobes) continue;
    if (!kernel_carries(rung)) continue;
    rung.host_sees_requests = host_would_do;
    auto lower = load_rung(rung, most_entries);
    if (!lower) continue;
    if (!needs_host) return lower;
    host_would_do = true;
  }
  if (host_would_do) return pids_are_not_ours(by_kprobes);
  if (!by_kprobes) return highest;
  // Without the right to load programs nobody knows what the kernel takes.
  auto without_requests = load_rung(Rung{ProbeObject::old, SocketHooks::none, {}}, most_entries);
  return without_requests ? std::move(highest) : std::move(without_requests);
}

Result<> KernelProbes::map_processes() {
  void* memory = mmap(nullptr, kProcessMapBytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                      bpf_map__fd(skeleton_->maps.processes), 0);
  if (memory == MAP_FAILED) return load_error(errno, "map the process totals into memory");
  processes_.reset(static_cast<bs_process*>(memory));
  return Done{};
}

Result<> KernelProbes::attach_life_cycle() {
  const auto& programs = skeleton_->progs;
  std::vector<bpf_program*> all{programs.on_fork, programs.on_wakeup_new, programs.on_exit};
  // Of the old object only: others keep a state with the thread, whatever its id.
  if (auto* on_exec = bpf_object__find_program_by_name(skeleton_->obj, "on_exec"))
    all.push_back(on_exec);
  return attach_all(all, life_cycle_);
}

// One rung's are loaded. Those by name are of the old object only.
std::vector<bpf_program*> KernelProbes::socket_programs() const {
  const auto& programs = skeleton_->progs;
  std::vector<bpf_program*> all{
      programs.on_send,      programs.on_inet_send,  programs.on_inet6_send, programs.on_unix_send,
      programs.on_send_page, programs.on_read,       programs.on_inet_read,  programs.on_inet6_read,
      programs.on_unix_read, programs.on_data_ready, programs.on_readable};
  for (const char* name :
       {"at_inet_send", "at_inet6_send", "at_unix_send", "at_send_page", "on_tcp_copied",
        "at_unix_copy", "at_readable", "on_unix_release", "at_unix_release"})
    if (auto* program = bpf_object__find_program_by_name(skeleton_->obj, name))
      all.push_back(program);
  return all;
}

int KernelProbes::thread_key(pid_t pid, const UniqueFd& pidfd) const {
  return rung_.object == ProbeObject::present ? pidfd.get() : pid;
}

void KernelProbes::begin_generation() {
  const std::uint64_t now = kernel_now_ns();
  skeleton_->data->generation += 1;
  skeleton_->bss->attached_at_ns = now;
  timespec tick{};  // the coarse clock moves with the kernel's timer
  clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
  skeleton_->bss->jiffy_ns = static_cast<std::uint64_t>(tick.tv_nsec);
  for (std::uint32_t slot = 0; slot < BS_MAX_PROCESSES; ++slot) {
    bs_process& state = process(slot);
    if (slot != 0 && state.pid == 0 && state.word == 0) continue;
    state.word = 0;
    state.unix_left_requests = state.unix_opened_requests;
    state.unix_left_calls = state.unix_opened_calls;
    if (slot == 0 || state.pid != 0) state.since_ns = state.observed_from_ns = now;
  }
}

Result<> KernelProbes::attach_events() {
  auto& programs = skeleton_->progs;
  skeleton_->bss->events_attached = 1;
  // Sockets first: a request that a thread is seen working on must not look like background work.
  Result<> attached = Done{};
  std::vector<BpfLink>& sockets = rung_.hooks_stay() ? staying_ : events_;
  if (sockets.empty()) {
    attached = attach_all({programs.on_tcp_state}, sockets);
    if (attached) attached = attach_all(socket_programs(), sockets);
  }
  if (attached)
    attached = attach_all({programs.on_sched_switch, programs.on_sched_waking}, events_);
  if (attached) skeleton_->bss->switches_attached = 1;
  if (attached) attached = attach_all(reclaim_programs(*skeleton_), events_);
  if (!attached) detach_events();
  return attached;
}

Result<> KernelProbes::attach_all(const std::vector<bpf_program*>& programs,
                                  std::vector<BpfLink>& links) {
  for (bpf_program* program : programs) {
    if (!is_loaded(program)) continue;
    auto link = attach(program);
    if (!link) return link.error();
    links.push_back(*std::move(link));
  }
  return Done{};
}

void KernelProbes::detach_events() {
  skeleton_->bss->switches_attached = 0;
  events_.clear();
  // The life cycle probes must not book the pause, nor those of the stops.
  skeleton_->bss->events_attached = 0;
  skeleton_->data->generation += 1;
}

Result<std::string> KernelProbes::run_seed_threads() {
  return run_iterator(skeleton_->progs.seed_threads);
}
Result<> KernelProbes::run_seed_files() {
  auto text = run_iterator(skeleton_->progs.seed_files);
  if (!text) return text.error();
  return Done{};
}
Result<> KernelProbes::run_seed_files(const std::vector<pid_t>& pids) {
  return run_over_files(skeleton_->progs.seed_files, pids);
}
Result<std::string> KernelProbes::run_read_threads() {
  return run_iterator(skeleton_->progs.read_threads);
}
bool KernelProbes::can_sweep() const {
  return is_loaded(skeleton_->progs.sweep_sockets) || is_loaded(skeleton_->progs.sweep_files);
}

bool KernelProbes::sweeps_descriptors() const { return !is_loaded(skeleton_->progs.sweep_sockets); }

Result<> KernelProbes::run_sweep(bs_sweep_pass pass, const std::vector<pid_t>& pids) {
  skeleton_->bss->sweep_does = pass;
  skeleton_->bss->sweep_counts_held = sweeps_descriptors() ? 1 : 0;
  skeleton_->bss->sweep_pass += 1;
  if (!is_loaded(skeleton_->progs.sweep_sockets))
    return run_over_files(skeleton_->progs.sweep_files, pids);
  bpf_iter_link_info over{};
  over.map.map_fd = static_cast<__u32>(bpf_map__fd(skeleton_->maps.sockets));
  auto text = run_iterator(skeleton_->progs.sweep_sockets, over);
  if (!text) return text.error();
  return Done{};
}

std::array<ProgramRuns, kEventKinds> KernelProbes::event_runs() const {
  const auto& programs = skeleton_->progs;
  bpf_program* const switches[] = {programs.on_sched_switch};
  bpf_program* const wakes[] = {programs.on_sched_waking};
  ProgramRuns sockets = runs_of(socket_programs());
  if (rung_.hooks == SocketHooks::kprobes)
    sockets.ns += static_cast<std::uint64_t>(kKprobeNs * static_cast<double>(sockets.runs));
  return {runs_of(switches), runs_of(wakes), sockets, runs_of(reclaim_programs(*skeleton_))};
}

}  // namespace boundscope
