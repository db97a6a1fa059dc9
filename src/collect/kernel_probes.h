// The kernel side, loaded: all programs and maps of bpf/, in one skeleton.
//
// Life cycle probes stay attached from start to end; event probes come and go with the windows in
// which events are observed. Everything hangs on file descriptors of this process: when it ends,
// however it ends, nothing stays attached.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "abi.h"
#include "boundscope/recording.h"
#include "boundscope/result.h"
#include "collect/bpf_handle.h"
#include "collect/ladder.h"
#include "target/unique_fd.h"

namespace boundscope {

// How often an event program ran and how long it took, as the kernel counts it while statistics are
// on.
struct ProgramRuns {
  std::uint64_t runs = 0;
  std::uint64_t ns = 0;
};
enum class EventKind { context_switch, wake, socket, freeing };
inline constexpr std::size_t kEventKinds = 4;

class KernelProbes {
 public:
  // Errors: no privilege, no BTF, a kernel that refuses a program that we cannot do without. What
  // it refuses of the others is missing in capabilities().
  // `by_kprobes`: requests by kprobes, whatever else this kernel has; an error where it has none.
  // `most_entries`: of a table; 0: as many as it is for.
  static Result<KernelProbes> load(bool by_kprobes = false, std::uint32_t most_entries = 0);

  Result<> attach_life_cycle();
  // Everything that was known of threads, sockets and processes becomes void. Call it before the
  // files are seeded and attach_events(), while no event probe is attached.
  void begin_generation();
  Result<> attach_events();
  void detach_events();

  // Runs one of the iterators over tasks, files or sockets and returns what it wrote.
  Result<std::string> run_seed_threads();
  Result<> run_seed_files();
  Result<> run_seed_files(const std::vector<pid_t>& pids);  // of these processes only
  Result<std::string> run_read_threads();
  // One pass over the open sockets of the processes `pids`.
  Result<> run_sweep(bs_sweep_pass pass, const std::vector<pid_t>& pids);

  // Per event kind, sums over its programs. Only moves while kernel statistics are enabled.
  std::array<ProgramRuns, kEventKinds> event_runs() const;

  probes& skeleton() { return *skeleton_; }
  const probes& skeleton() const { return *skeleton_; }

  // The array of process slots, mapped into our memory.
  bs_process& process(std::uint32_t slot) { return processes_.get()[slot]; }
  const bs_process& process(std::uint32_t slot) const { return processes_.get()[slot]; }

  // The key of a process's leader in the map of threads.
  int thread_key(pid_t pid, const UniqueFd& pidfd) const;

  std::vector<Capability> capabilities() const { return capabilities_of(rung_); }
  bool can_sweep() const;
  // Sweeps go by descriptors: sockets that wait to be accepted are not seen, and only those whose
  // end has no probe are counted.
  bool sweeps_descriptors() const;
  // False: this kernel shows threads only.
  bool follows_requests() const { return rung_.hooks != SocketHooks::none; }

 private:
  struct SkeletonDeleter {
    void operator()(probes* skeleton) const noexcept;
  };
  struct MappingDeleter {
    void operator()(bs_process* first) const noexcept;
  };
  using Skeleton = std::unique_ptr<probes, SkeletonDeleter>;

  KernelProbes(Skeleton skeleton, Rung rung)
      : skeleton_(std::move(skeleton)), rung_(std::move(rung)) {}
  static Result<KernelProbes> load_rung(const Rung& rung, std::uint32_t most_entries);
  Result<> map_processes();
  std::vector<bpf_program*> socket_programs() const;
  Result<> attach_all(const std::vector<bpf_program*>& programs, std::vector<BpfLink>& links);

  Skeleton skeleton_;  // first: links and mappings go before it
  Rung rung_;
  std::unique_ptr<bs_process, MappingDeleter> processes_;
  std::vector<BpfLink> life_cycle_;
  std::vector<BpfLink> events_;
  std::vector<BpfLink> staying_;  // of Rung::hooks_stay()
};

}  // namespace boundscope
