#include "collect/sample_reader.h"

#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "collect/comm.h"
#include "collect/map_drain.h"
#include "probes.skel.h"

namespace boundscope {
namespace {

RawStack stack_of(const bs_sample_key& key, const StackMap& stacks) {
  RawStack raw = stacks.fetch(key.user_stack, key.kernel_stack);
  if (raw.user.empty() && key.leaf != 0) {
    raw.user.push_back(key.leaf);
    raw.cut = true;
  }
  return raw;
}

}  // namespace

Result<SampleReader> SampleReader::open(KernelProbes& kernel, ProcessSlots& slots,
                                        StackResolver& stacks, StallMeter& stalls,
                                        AddressSpaces& spaces, const HostRoots& roots) {
  auto copies = StackCopies::open(kernel, slots, roots, spaces);
  if (!copies) return copies.error();
  return SampleReader(kernel, slots, stacks, stalls, *std::move(copies));
}

// Index of the resolved stack.
std::uint32_t SampleReader::take_up(pid_t pid, const RawStack& stack, std::uint64_t count) {
  if (!stack.in_kernel && !stack.user.empty()) stalls_->add(pid, stack.user.front(), count);
  return stacks_->resolve(pid, stack);
}

void SampleReader::read(Window& window) {
  stacks_->forget_frames();
  read_samples(window);
  read_waits(window);
}

void SampleReader::read_samples(Window& window) {
  struct Taken {
    bs_sample_key key;
    std::uint64_t count;
    RawStack stack;
  };
  copies_.drain();  // before the stacks in the kernel that they name are deleted
  std::vector<Taken> taken;
  const int stacks = bpf_map__fd(kernel_->skeleton().maps.stacks);
  drain<bs_sample_key, __u64>(bpf_map__fd(kernel_->skeleton().maps.samples), BS_MAX_SAMPLES,
                              [&](const bs_sample_key& key, const __u64& count) {
                                taken.push_back({key, count, stack_of(key, StackMap(stacks))});
                              });
  // Stacks live until they are deleted, and a full map takes no new ones. At once: finding the
  // names takes long, and a sample that comes in between loses its frames.
  drain_keys<__u32>(stacks);

  // Stacks that differ only in addresses resolve to the same one.
  std::map<std::tuple<pid_t, std::string, bool, std::uint32_t>, std::uint64_t> samples;
  for (const auto& [key, count, stack] : taken) {
    const pid_t pid = slots_->pid_of(key.slot);
    const std::uint32_t resolved = take_up(pid, stack, count);
    samples[{pid, comm_of(key.comm), key.main_thread != 0, resolved}] += count;
    window.cost.samples += count;
  }
  for (const WalkedSample& sample : copies_.take()) {
    const std::uint32_t stack = take_up(sample.pid, sample.stack, 1);
    samples[{sample.pid, sample.comm, sample.main_thread, stack}] += 1;
    window.cost.samples += 1;
  }
  for (const auto& [row, count] : samples)
    window.samples.push_back(
        {std::get<0>(row), std::get<1>(row), std::get<2>(row), std::get<3>(row), count});
}

RawStack SampleReader::stack_of_wait(const bs_sampled_wait_key& key) {
  RawStack raw = StackMap(bpf_map__fd(kernel_->skeleton().maps.wait_stacks))
                     .fetch(key.user_stack, key.kernel_stack);
  if (key.copy != 0) {
    UnwoundStack user = copies_.take_wait(key.copy);
    raw.user = std::move(user.addresses);
    raw.cut = user.cut;
  }
  return raw;
}

void SampleReader::read_waits(Window& window) {
  std::vector<std::pair<bs_sampled_wait_key, bs_wait>> waits;
  drain<bs_sampled_wait_key, bs_wait>(
      bpf_map__fd(kernel_->skeleton().maps.sampled_waits), BS_MAX_SAMPLED_WAITS,
      [&](const bs_sampled_wait_key& key, const bs_wait& wait) { waits.emplace_back(key, wait); });
  copies_.drain();  // after them: a wait's stack is sent before the wait is over

  std::map<std::tuple<pid_t, std::string, WaitClass, std::uint32_t>, WaitStackTotals> rows;
  for (const auto& [key, wait] : waits) {
    const pid_t pid = slots_->pid_of(key.slot);
    const auto wait_class = static_cast<WaitClass>(key.wait_class);
    const std::uint32_t stack = stacks_->resolve_wait(pid, stack_of_wait(key));
    WaitStackTotals& row = rows[{pid, comm_of(key.comm), wait_class, stack}];
    row.blocked_ns += wait.ns;
    row.count += wait.count;
  }
  for (auto& [key, row] : rows) {
    std::tie(row.pid, row.comm, row.wait_class, row.stack) = key;
    window.wait_stacks.push_back(row);
  }
}

}  // namespace boundscope
