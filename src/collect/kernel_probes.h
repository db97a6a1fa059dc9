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

struct probes;  // the skeleton

namespace boundscope {

// How often an event program ran and how long it took, as the kernel counts it while statistics are
// on.
struct ProgramRuns {
  std::uint64_t runs = 0;
  std::uint64_t ns = 0;
};
enum class EventKind { context_switch, wake, socket };
inline constexpr std::size_t kEventKinds = 3;

class KernelProbes {
 public:
  // Errors: no privilege, no BTF, a kernel that refuses a program that we cannot do without. What
  // it refuses of the others is missing in capabilities().
  static Result<KernelProbes> load();

  Result<> attach_life_cycle();
  // Everything that was known of threads, sockets and processes becomes void. Call it before the
  // files are seeded and attach_events(), while no event probe is attached.
  void begin_generation();
  Result<> attach_events();
  void detach_events();

  // Runs one of the iterators over tasks, files or sockets and returns what it wrote.
  Result<std::string> run_seed_threads();
  Result<std::string> run_seed_files();
  Result<std::string> run_read_threads();
  Result<> run_sweep_sockets(bool take_out);

  // Per event kind, sums over its programs. Only moves while kernel statistics are enabled.
  std::array<ProgramRuns, kEventKinds> event_runs() const;

  probes& skeleton() { return *skeleton_; }
  const probes& skeleton() const { return *skeleton_; }

  // The array of process slots, mapped into our memory.
  bs_process& process(std::uint32_t slot) { return processes_.get()[slot]; }
  const bs_process& process(std::uint32_t slot) const { return processes_.get()[slot]; }

  const std::vector<Capability>& capabilities() const { return capabilities_; }
  bool can_sweep() const;
  // False: this kernel shows threads only.
  bool follows_requests() const { return follows_requests_; }

 private:
  struct SkeletonDeleter {
    void operator()(probes* skeleton) const noexcept;
  };
  struct MappingDeleter {
    void operator()(bs_process* first) const noexcept;
  };
  using Skeleton = std::unique_ptr<probes, SkeletonDeleter>;

  explicit KernelProbes(Skeleton skeleton) : skeleton_(std::move(skeleton)) {}
  // A program that is not needed, and what is missing without it.
  struct Spare {
    const char* program;
    const char* capability;
  };
  static Result<KernelProbes> load_some(bool sockets, const std::vector<Spare>& without);
  Result<> map_processes();
  void name_capabilities(const std::vector<Spare>& without);

  Skeleton skeleton_;  // first: links and mappings go before it
  std::unique_ptr<bs_process, MappingDeleter> processes_;
  std::vector<BpfLink> life_cycle_;
  std::vector<BpfLink> events_;
  std::vector<Capability> capabilities_;
  bool follows_requests_ = true;
};

}  // namespace boundscope
