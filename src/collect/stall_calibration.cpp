#include "collect/stall_calibration.h"

#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "collect/core_timing.h"
#include "collect/pmu_group.h"
#include "collect/stall_counting.h"
#include "target/thread_cpu.h"
#include "target/unique_fd.h"

// A chain of loads, each followed by an addition, a multiplication and seven more additions; each
// waits for the one before. All are by one, which is in a register: some cores add constants
// without taking time.
extern "C" void bs_chase(void* first, std::uint64_t loads, std::uint64_t one);
extern "C" const char bs_chase_begin[];
extern "C" const char bs_chase_load_end[];
extern "C" const char bs_chase_addition_end[];
extern "C" const char bs_chase_product_end[];  // of the addition after the multiplication
extern "C" const char bs_chase_end[];

#if defined(__x86_64__)
asm(R"(
.text
.p2align 6
.globl bs_chase, bs_chase_begin, bs_chase_end
.globl bs_chase_load_end, bs_chase_addition_end, bs_chase_product_end
.hidden bs_chase, bs_chase_begin, bs_chase_end
.hidden bs_chase_load_end, bs_chase_addition_end, bs_chase_product_end
.type bs_chase, @function
bs_chase:
bs_chase_begin:
  mov (%rdi), %rdi
bs_chase_load_end:
  add %rdx, %rdi
bs_chase_addition_end:
  imul %rdx, %rdi
  add %rdx, %rdi
bs_chase_product_end:
  add %rdx, %rdi
  add %rdx, %rdi
  sub %rdx, %rdi
  sub %rdx, %rdi
  sub %rdx, %rdi
  sub %rdx, %rdi
  dec %rsi
  jnz bs_chase_begin
bs_chase_end:
  ret
.size bs_chase, .-bs_chase
)");
#elif defined(__aarch64__)
asm(R"(
.text
.p2align 6
.globl bs_chase, bs_chase_begin, bs_chase_end
.globl bs_chase_load_end, bs_chase_addition_end, bs_chase_product_end
.hidden bs_chase, bs_chase_begin, bs_chase_end
.hidden bs_chase_load_end, bs_chase_addition_end, bs_chase_product_end
.type bs_chase, %function
bs_chase:
bs_chase_begin:
  ldr x0, [x0]
bs_chase_load_end:
  add x0, x0, x2
bs_chase_addition_end:
  mul x0, x0, x2
  add x0, x0, x2
bs_chase_product_end:
  add x0, x0, x2
  add x0, x0, x2
  sub x0, x0, x2
  sub x0, x0, x2
  sub x0, x0, x2
  sub x0, x0, x2
  subs x1, x1, #1
  b.ne bs_chase_begin
bs_chase_end:
  ret
.size bs_chase, .-bs_chase
)");
#endif

namespace boundscope {
namespace {

constexpr double kDependent = 8 + kMultiplication;  // cycles of a round but the load
#if defined(__x86_64__)
constexpr bool kDecodes = true;  // what is before a sample
#else
constexpr bool kDecodes = false;
#endif
// Nice, at least: the target comes first. But where all CPUs are busy it has to be over in seconds:
// with 19 it gets a hundredth of one.
constexpr int kPriority = 10;
constexpr std::size_t kLine = 64;
constexpr std::size_t kFarBytes = 8 << 20;  // more than the caches that are a core's own
constexpr std::uint64_t kPeriodNs = 100'000;
constexpr double kLoopNs = 2e7;  // CPU time of a loop
constexpr int kLoops = 3;        // of either kind
constexpr int kAttempts = 3;     // a busy host interrupts, and a loop is short
constexpr std::size_t kRingPages = 16;
constexpr double kEnoughSamples = 50;
constexpr double kApart = 0.4;            // between the loops, or the samples say nothing
constexpr double kHopeless = kApart / 2;  // less is no matter of luck
constexpr double kNeverFound = 0.5;       // of the samples that others have; less is chance
constexpr double kTooOften = 2;           // the same, for more
constexpr double kEnoughOfEach = 15;
constexpr double kNearOff = 0.15;  // from the share that what operations take tells

struct Unmap {
  std::size_t size;
  void operator()(void* memory) const { ::munmap(memory, size); }
};
using Mapping = std::unique_ptr<void, Unmap>;

Mapping map_memory(std::size_t size, int protection, int flags, int fd) {
  void* memory = ::mmap(nullptr, size, protection, flags, fd, 0);
  return Mapping(memory == MAP_FAILED ? nullptr : memory, {size});
}

// The clock of the CPU samples, on our own thread.
class OwnSamples {
 public:
  OwnSamples() {
    perf_event_attr attributes{};
    attributes.size = sizeof(attributes);
    attributes.type = PERF_TYPE_SOFTWARE;
    attributes.config = PERF_COUNT_SW_CPU_CLOCK;
    attributes.sample_period = kPeriodNs;
    attributes.sample_type = PERF_SAMPLE_IP;
    attributes.exclude_kernel = 1;
    attributes.disabled = 1;
    clock_ = UniqueFd(static_cast<int>(
        syscall(SYS_perf_event_open, &attributes, 0, -1, -1, PERF_FLAG_FD_CLOEXEC)));
    if (!clock_) return;
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    size_ = kRingPages * page;
    ring_ = map_memory(page + size_, PROT_READ | PROT_WRITE, MAP_SHARED, clock_.get());
    data_ = static_cast<const char*>(ring_.get()) + page;
  }

  bool works() const { return clock_ && ring_; }
  void begin() { ioctl(clock_.get(), PERF_EVENT_IOC_ENABLE, 0); }
  // Addresses since begin(), at most what the ring holds.
  std::vector<std::uint64_t> end() {
    ioctl(clock_.get(), PERF_EVENT_IOC_DISABLE, 0);
    auto* control = static_cast<perf_event_mmap_page*>(ring_.get());
    const std::uint64_t head = std::atomic_ref(control->data_head).load(std::memory_order_acquire);
    std::vector<std::uint64_t> addresses;
    std::uint64_t tail = control->data_tail;
    while (tail < head) {
      perf_event_header header;
      std::memcpy(&header, data_ + tail % size_, sizeof(header));
      if (header.type == PERF_RECORD_SAMPLE && header.size >= sizeof(header) + 8)
        std::memcpy(&addresses.emplace_back(), data_ + (tail + sizeof(header)) % size_, 8);
      if (header.size == 0) break;
      tail += header.size;
    }
    std::atomic_ref(control->data_tail).store(tail, std::memory_order_release);
    return addresses;
  }

 private:
  UniqueFd clock_;
  std::size_t size_ = 0;
  Mapping ring_;
  const char* data_ = nullptr;
};

// A cycle through all lines in an order that no prefetcher knows: a linear congruential generator
// of full period (Hull and Dobell 1962), so that no table has to be shuffled.
void make_chain(char* memory, std::size_t lines) {
  const std::size_t mask = lines - 1;  // a power of two
  for (std::size_t line = 0; line < lines; ++line) {
    const std::size_t next = (line * 1664525 + 1013904223) & mask;
    char* to = memory + next * kLine;
    std::memcpy(memory + line * kLine, &to, sizeof(to));
  }
}

void run_loop(OwnSamples& clock, void* memory, LoopSamples& samples, const std::stop_token& stop) {
  constexpr std::uint64_t kLoads = 20'000;  // between two looks at the time
  const double began = thread_cpu_ns();
  clock.begin();
  for (double now = began; now < began + kLoopNs && !stop.stop_requested(); now = thread_cpu_ns()) {
    bs_chase(memory, kLoads, 1);
    samples.loads += kLoads;
  }
  samples.cpu_ns += thread_cpu_ns() - began;
  const auto place = [](const char* label) { return reinterpret_cast<std::uint64_t>(label); };
  for (const std::uint64_t address : clock.end()) {
    if (address < place(bs_chase_begin) || address >= place(bs_chase_end)) continue;
    samples.samples += 1;
    if (address == place(bs_chase_load_end)) samples.after_load += 1;
    if (address == place(bs_chase_addition_end)) samples.after_addition += 1;
    if (address == place(bs_chase_product_end)) samples.after_product += 1;
    if (address > place(bs_chase_product_end)) samples.after_others += 1;
  }
}

// Where the core is found when it waits for the load.
double waiting_share(const LoopSamples& loop, bool joined) {
  return (joined ? loop.after_addition : loop.after_load) / loop.samples;
}

bool have_enough(const LoopSamples& near, const LoopSamples& far) {
  return near.samples >= kEnoughSamples && far.samples >= kEnoughSamples;
}

// A clock that comes an instruction late finds no load where it waited, either; but it finds the
// multiplication's cycles after the addition that follows it.
bool comes_late(const LoopSamples& near) {
  return near.after_product > kTooOften * near.after_others / LoopSamples::kOtherAdditions;
}

// On some cores samples come to lie elsewhere.
bool is_hopeless(const LoopSamples& near, const LoopSamples& far) {
  const bool joined = joins_loads(far);
  return have_enough(near, far) &&
         waiting_share(far, joined) - waiting_share(near, joined) < kHopeless;
}

// Tried again where a busy host may have spoilt it.
void calibrate_samples(OwnSamples& clock, char* memory, const std::stop_token& stop,
                       StallCalibrator::Outcome& outcome) {
  for (int attempt = 0; attempt < kAttempts && !stop.stop_requested(); ++attempt) {
    LoopSamples near, far;
    make_chain(memory, 1);
    for (int loop = 0; loop < kLoops; ++loop) run_loop(clock, memory, near, stop);
    if (stop.stop_requested()) return;
    make_chain(memory, kFarBytes / kLine);
    for (int loop = 0; loop < kLoops; ++loop) run_loop(clock, memory, far, stop);
    outcome.samples = judge_calibration(near, far, outcome.core.load_latency);
    outcome.core.joins_loads = joins_loads(far);
    outcome.core.late_retirement = retires_late(near);
    if (outcome.samples.missing.empty() || is_hopeless(near, far)) return;
  }
}

StallCalibration failed(std::string why) {
  StallCalibration calibration;
  calibration.missing = std::move(why);
  return calibration;
}

// 8 additions that wait for each other, and no load.
void compute(std::uint64_t rounds) {
  std::uint64_t value = rounds;
  for (std::uint64_t i = 0; i < rounds; ++i) {
    for (int k = 0; k < 8; ++k) {
      value += 1;
      asm volatile("" : "+r"(value));
    }
  }
}

// By the set's formula, of what `work` does; empty: the counters stand still.
template <class Work>
std::optional<double> counted_share(const PmuEventSet& set, const std::stop_token& stop,
                                    Work work) {
  PmuRates rates(set);
  for (std::size_t group = 0; group < set.groups.size(); ++group) {
    const auto counter = PmuGroupCounter::open(set, set.groups[group], 0);
    if (!counter) return std::nullopt;
    const double until = thread_cpu_ns() + kLoopNs / 2;
    while (thread_cpu_ns() < until && !stop.stop_requested()) work();
    if (const auto counts = counter->read()) rates.add(group, *counts);
  }
  return rates.memory_share();
}

// `far` is memory with a chain in it.
void check_counters(void* far, const std::stop_token& stop, StallCalibrator::Outcome& outcome) {
  const PmuEventSet* set = event_set_of(this_cpu());
  if (set == nullptr) {
    outcome.counters_missing = "none are known for this CPU";
    return;
  }
  const auto computing = counted_share(*set, stop, [] { compute(2'000); });
  const auto waiting =
      computing ? counted_share(*set, stop, [far] { bs_chase(far, 2'000, 1); }) : std::nullopt;
  outcome.counters_missing = judge_counters(computing, waiting);
  if (outcome.counters_missing.empty()) outcome.counters = set;
}

StallCalibrator::Outcome calibrate_stalls(const std::stop_token& stop) {
  const auto self = static_cast<id_t>(syscall(SYS_gettid));
  setpriority(PRIO_PROCESS, self, std::max(kPriority, getpriority(PRIO_PROCESS, self)));
  const Mapping memory =
      map_memory(kFarBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
  StallCalibrator::Outcome outcome;
  if (!memory) {
    outcome.samples = failed("no memory for the calibration");
    return outcome;
  }
  auto* bytes = static_cast<char*>(memory.get());
  make_chain(bytes, 1);
  time_core(bytes, outcome.core);
  OwnSamples clock;
  if (!kDecodes) {
    outcome.samples = failed("code of other machines than x86-64 cannot be read");
    make_chain(bytes, kFarBytes / kLine);
  } else if (clock.works()) {
    calibrate_samples(clock, bytes, stop, outcome);
  } else {
    outcome.samples = failed(std::string("no clock on our own thread: ") + std::strerror(errno));
    make_chain(bytes, kFarBytes / kLine);
  }
  if (!stop.stop_requested()) check_counters(bytes, stop, outcome);
  return outcome;
}

}  // namespace

bool joins_loads(const LoopSamples& far) { return far.after_addition > far.after_load; }

bool retires_late(const LoopSamples& near) {
  const double of_each = near.after_others / LoopSamples::kOtherAdditions;
  return of_each >= kEnoughOfEach && near.after_product < kNeverFound * of_each;
}

StallCalibration judge_calibration(const LoopSamples& near, const LoopSamples& far,
                                   double load_cycles) {
  if (!have_enough(near, far)) return failed("too few samples of the calibration came");
  const bool joined = joins_loads(far);
  const double near_share = waiting_share(near, joined);
  const double far_share = waiting_share(far, joined);
  if (far_share - near_share < kApart)
    return failed("samples of this CPU do not tell where it waits for memory");
  if (joined && comes_late(near)) return failed("samples of this CPU come an instruction late");
  // The addition that follows a load may be counted with it.
  const double with_load = joined || retires_late(near) ? 1 : 0;
  const double hits = (load_cycles + with_load) / (kDependent - with_load);
  if (std::abs(near_share - hits / (1 + hits)) > kNearOff)
    return failed("samples of this CPU do not fit what its operations take");
  // What the far loop would show if its loads hit is subtracted, as it is everywhere else. And it
  // does not only wait: its own time tells how much.
  const double found = far_share - (1 - far_share) * hits;
  const double waited = 1 - (near.cpu_ns / near.loads) / (far.cpu_ns / far.loads);
  if (!(waited >= kApart)) return failed("memory beyond the caches is as fast as they are");
  if (!(found >= kApart * waited))
    return failed("samples of this CPU do not tell where it waits for memory");
  StallCalibration calibration;
  calibration.samples = static_cast<std::uint64_t>(near.samples + far.samples);
  calibration.load_cycles = load_cycles;
  // All shares are divided by it, so it is below one only by what its own chance does not explain.
  const double chance = std::sqrt(far_share * (1 - far_share) / far.samples) * (1 + hits);
  calibration.found_share = std::min(1.0, (found + chance) / waited);
  return calibration;
}

void StallCalibrator::start() {
  running_ = std::async(std::launch::async, calibrate_stalls, no_longer_wanted_.get_token());
}

std::optional<StallCalibrator::Outcome> StallCalibrator::take() {
  if (!running_.valid() || running_.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
    return std::nullopt;
  return running_.get();
}

}  // namespace boundscope
