#include "collect/stack_copies.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <utility>

#include "collect/comm.h"
#include "collect/load_error.h"
#include "probes.skel.h"

namespace boundscope {
namespace {

constexpr std::size_t kMostWaits = 4096;  // that are not over

}  // namespace

struct StackCopies::Walker {
  ProcessSlots* slots;
  StackMap kernel_stacks;
  Unwinder unwinder;
  std::vector<WalkedSample> samples;
  std::map<std::uint64_t, UnwoundStack> waits;  // by name: the oldest first

  void keep(std::uint64_t wait, UnwoundStack stack) {
    if (waits.size() >= kMostWaits) waits.erase(waits.begin());
    waits.emplace(wait, std::move(stack));
  }

  void walk(const bs_stack_sample& sample) {
    const pid_t pid = slots->pid_of(sample.slot);
    const std::size_t length = std::min<std::size_t>(sample.length, sizeof(sample.bytes));
    const UserStack stack{sample.ip,
                          sample.sp,
                          sample.bp,
                          sample.link,
                          {reinterpret_cast<const char*>(sample.bytes), length}};
    UnwoundStack unwound = unwinder.unwind(pid, stack, BS_MAX_STACK_DEPTH);
    if (sample.wait != 0) return keep(sample.wait, std::move(unwound));
    RawStack raw = kernel_stacks.fetch(-1, sample.kernel_stack);
    raw.user = std::move(unwound.addresses);
    raw.cut = unwound.cut;
    samples.push_back({pid, comm_of(sample.comm), sample.main_thread != 0, std::move(raw)});
  }
};

Result<StackCopies> StackCopies::open(KernelProbes& kernel, ProcessSlots& slots,
                                      const HostRoots& roots, AddressSpaces& spaces) {
  const auto& maps = kernel.skeleton().maps;
  StackCopies copies(std::make_unique<Walker>(Walker{
      &slots, StackMap(bpf_map__fd(maps.stacks)), Unwinder(ProcFs(roots.proc), spaces), {}, {}}));
  copies.buffer_.reset(
      ring_buffer__new(bpf_map__fd(maps.stack_samples), on_sample, copies.walker_.get(), nullptr));
  if (!copies.buffer_) return load_error(errno, "open the ring buffer of stacks");
  return copies;
}

StackCopies::StackCopies(std::unique_ptr<Walker> walker) : walker_(std::move(walker)) {}
StackCopies::StackCopies(StackCopies&&) noexcept = default;
StackCopies& StackCopies::operator=(StackCopies&&) noexcept = default;
StackCopies::~StackCopies() = default;

int StackCopies::on_sample(void* walker, void* data, std::size_t size) {
  if (size >= sizeof(bs_stack_sample))
    static_cast<Walker*>(walker)->walk(*static_cast<const bs_stack_sample*>(data));
  return 0;
}

void StackCopies::drain() { ring_buffer__consume(buffer_.get()); }

UnwoundStack StackCopies::take_wait(std::uint64_t name) {
  const auto found = walker_->waits.find(name);
  if (found == walker_->waits.end()) return {{}, true};
  UnwoundStack stack = std::move(found->second);
  walker_->waits.erase(found);
  return stack;
}

std::vector<WalkedSample> StackCopies::take() {
  walker_->unwinder.refill_time();
  return std::exchange(walker_->samples, {});
}

}  // namespace boundscope
