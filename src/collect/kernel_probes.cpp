#include "collect/kernel_probes.h"

#include <bpf/bpf.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <span>

#include "collect/load_error.h"
#include "probes.skel.h"
#include "target/unique_fd.h"

namespace boundscope {
namespace {

constexpr std::size_t kProcessMapBytes = sizeof(bs_process) * BS_MAX_PROCESSES;

// An iterator over sockets may walk a long hash chain between two reads.
constexpr std::size_t kIteratorRead = 256 * 1024;

std::uint64_t monotonic_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec);
}

bool is_loaded(const bpf_program* program) { return bpf_program__fd(program) >= 0; }

Result<BpfLink> attach(bpf_program* program) {
  BpfLink link(bpf_program__attach(program));
  if (!link) return load_error(errno, std::string("attach ") + bpf_program__name(program));
  return link;
}

Result<std::string> run_iterator(bpf_program* program, bpf_map* map) {
  bpf_iter_link_info info{};
  bpf_iter_attach_opts options{};
  options.sz = sizeof(options);
  if (map != nullptr) {
    info.map.map_fd = static_cast<__u32>(bpf_map__fd(map));
    options.link_info = &info;
    options.link_info_len = sizeof(info);
  }
  const BpfLink link(bpf_program__attach_iter(program, map != nullptr ? &options : nullptr));
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

// They came with Linux 6.3. One name that the kernel does not know fails the whole object.
bool has_socket_tracepoints() {
  const auto exists = [](const char* name) {
    return libbpf_find_vmlinux_btf_id(name, BPF_TRACE_RAW_TP) > 0;
  };
  return exists("sock_send_length") && exists("sock_recv_length") && exists("sk_data_ready");
}

// Kernels before 5.11 charge maps to the locked memory of the process.
void raise_memlock_limit() {
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  setrlimit(RLIMIT_MEMLOCK, &unlimited);
}

}  // namespace

void KernelProbes::SkeletonDeleter::operator()(probes* skeleton) const noexcept {
  probes__destroy(skeleton);
}

void KernelProbes::MappingDeleter::operator()(bs_process* first) const noexcept {
  munmap(first, kProcessMapBytes);
}

// Loads everything but the programs of `without`, and those of the sockets only if asked to.
Result<KernelProbes> KernelProbes::load_some(bool sockets, const std::vector<Spare>& without) {
  Skeleton skeleton(probes__open());
  if (!skeleton) return load_error(errno, "open the BPF programs");
  const auto& programs = skeleton->progs;
  if (!sockets) {
    for (bpf_program* program :
         {programs.on_send, programs.on_read, programs.on_data_ready, programs.sweep_sockets})
      bpf_program__set_autoload(program, false);
  }
  for (const Spare& spare : without)
    bpf_program__set_autoload(bpf_object__find_program_by_name(skeleton->obj, spare.program),
                              false);
  if (probes__load(skeleton.get()) != 0) return load_error(errno, "load the BPF programs");

  KernelProbes loaded(std::move(skeleton));
  if (auto mapped = loaded.map_processes(); !mapped) return mapped.error();
  loaded.follows_requests_ = sockets;
  loaded.name_capabilities(without);
  return loaded;
}

Result<KernelProbes> KernelProbes::load() {
  libbpf_set_print(keep_first_failure);
  raise_memlock_limit();
  auto loaded = load_some(true, {});
  if (loaded) return loaded;
  // Which kernel refuses what is found out by trying. A measurement can do without these.
  const bool sockets = has_socket_tracepoints();
  const Spare sweep{"sweep_sockets", "long polls"};
  const Spare workers{"on_wakeup_new", "io_uring workers"};
  for (const std::vector<Spare>& without :
       std::vector<std::vector<Spare>>{{}, {sweep}, {workers}, {sweep, workers}}) {
    if (auto second = load_some(sockets, without)) return second;
  }
  return loaded;
}

void KernelProbes::name_capabilities(const std::vector<Spare>& without) {
  capabilities_.push_back({"scheduling", CapabilityState::available, "tp_btf, task storage", ""});
  if (follows_requests_) {
    capabilities_.push_back({"requests", CapabilityState::available, "tp_btf, socket storage", ""});
  } else {
    capabilities_.push_back({"requests", CapabilityState::absent, "",
                             "this kernel has no tracepoints for what sockets send and receive "
                             "(Linux 6.3 and newer have)"});
  }
  for (const Spare& spare : without)
    capabilities_.push_back(
        {spare.capability, CapabilityState::absent, "", "this kernel refuses the program"});
}

Result<> KernelProbes::map_processes() {
  void* memory = mmap(nullptr, kProcessMapBytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                      bpf_map__fd(skeleton_->maps.processes), 0);
  if (memory == MAP_FAILED) return load_error(errno, "map the process totals into memory");
  processes_.reset(static_cast<bs_process*>(memory));
  return Done{};
}

Result<> KernelProbes::attach_life_cycle() {
  auto& programs = skeleton_->progs;
  for (bpf_program* program : {programs.on_fork, programs.on_wakeup_new, programs.on_exit}) {
    if (!is_loaded(program)) continue;
    auto link = attach(program);
    if (!link) return link.error();
    life_cycle_.push_back(*std::move(link));
  }
  return Done{};
}

void KernelProbes::begin_generation() {
  const std::uint64_t now = monotonic_ns();
  skeleton_->data->generation += 1;
  skeleton_->bss->attached_at_ns = now;
  timespec tick{};  // the coarse clock moves with the kernel's timer
  clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
  skeleton_->bss->jiffy_ns = static_cast<std::uint64_t>(tick.tv_nsec);
  for (std::uint32_t slot = 0; slot < BS_MAX_PROCESSES; ++slot) {
    bs_process& state = process(slot);
    if (slot != 0 && state.pid == 0 && state.word == 0) continue;
    state.word = 0;
    if (slot == 0 || state.pid != 0) state.since_ns = state.observed_from_ns = now;
  }
}

Result<> KernelProbes::attach_events() {
  auto& programs = skeleton_->progs;
  // Sockets first: a request that a thread is seen working on must not look like background work.
  for (bpf_program* program :
       {programs.on_tcp_state, programs.on_send, programs.on_read, programs.on_data_ready,
        programs.on_sched_switch, programs.on_sched_waking}) {
    if (!is_loaded(program)) continue;
    auto link = attach(program);
    if (!link) {
      events_.clear();
      return link.error();
    }
    events_.push_back(*std::move(link));
  }
  return Done{};
}

void KernelProbes::detach_events() {
  events_.clear();
  // The life cycle probes must not book the pause.
  skeleton_->data->generation += 1;
}

Result<std::string> KernelProbes::run_seed_threads() {
  return run_iterator(skeleton_->progs.seed_threads, nullptr);
}
Result<std::string> KernelProbes::run_seed_files() {
  return run_iterator(skeleton_->progs.seed_files, nullptr);
}
Result<std::string> KernelProbes::run_read_threads() {
  return run_iterator(skeleton_->progs.read_threads, nullptr);
}
bool KernelProbes::can_sweep() const { return is_loaded(skeleton_->progs.sweep_sockets); }

Result<> KernelProbes::run_sweep_sockets(bool take_out) {
  skeleton_->bss->sweep_pass = take_out ? 1 : 0;
  auto text = run_iterator(skeleton_->progs.sweep_sockets, skeleton_->maps.sockets);
  if (!text) return text.error();
  return Done{};
}

std::array<ProgramRuns, kEventKinds> KernelProbes::event_runs() const {
  const auto& programs = skeleton_->progs;
  bpf_program* const switches[] = {programs.on_sched_switch};
  bpf_program* const wakes[] = {programs.on_sched_waking};
  bpf_program* const socket[] = {programs.on_send, programs.on_read, programs.on_data_ready};
  return {runs_of(switches), runs_of(wakes), runs_of(socket)};
}

}  // namespace boundscope
