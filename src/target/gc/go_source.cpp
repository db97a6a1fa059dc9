#include "target/gc/go_source.h"

#include <elf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "target/elf_file.h"
#include "target/gc/go_anchors.h"
#include "target/gc/go_longest_pause.h"
#include "target/gc/go_stats.h"
#include "target/gc/process_memory.h"
#include "target/symbols/go_symbols.h"

namespace boundscope {
namespace {

constexpr std::size_t kLongestFunction = 64 * 1024;
// The scheduler measures one of eight changes of a goroutine (gTrackingPeriod).
constexpr std::uint64_t kTrackingPeriod = 8;
constexpr std::uint32_t kMostProcs = 1 << 16;

Error failure(std::string message, std::string hint = "") {
  return {.kind = ErrorKind::environment, .message = std::move(message), .hint = std::move(hint)};
}

class GoSource : public GcSource {
 public:
  GoSource(ProcessMemory memory, GoAnchors anchors, std::uint64_t bias)
      : memory_(std::move(memory)), anchors_(anchors), bias_(bias) {}

  Result<GcReading> read() override {
    GoPauses pauses;
    if (auto done = read_pauses(pauses); !done) return done.error();
    GcReading reading;
    reading.source = "go-memstats";
    reading.collector = "go";
    reading.cycles = pauses.cycles;
    reading.pause_ns = pauses.total_ns;
    read_longest(pauses, reading);
    read_cpu_times(reading);
    read_pacer(reading);
    read_scheduler(reading);
    return reading;
  }

 private:
  template <class Number>
  std::optional<Number> number(std::optional<std::uint64_t> linked) const {
    return linked ? memory_.number<Number>(*linked + bias_) : std::nullopt;
  }
  std::optional<std::string> block(std::uint64_t linked, std::size_t size) const {
    return memory_.read(linked + bias_, size);
  }

  // Read again while a collection is being counted; that takes the runtime microseconds, unless it
  // loses its CPU there: what it has then is right but for the newest cycle.
  Result<> read_pauses(GoPauses& pauses) const {
    constexpr int kTries = 4;
    BlockState state = BlockState::wrong;
    for (int i = 0; i < kTries && state != BlockState::settled; ++i) {
      const auto bytes = block(anchors_.pause_total - 8, kGoPauseBlockSize);
      if (!bytes) {
        return failure("the Go program's counters cannot be read any more",
                       "it has ended or runs another program");
      }
      state = parse_go_pauses(*bytes, pauses);
    }
    if (state == BlockState::wrong) {
      return failure("the Go runtime's counters do not agree with each other",
                     "its layout may be newer than this program");
    }
    return Done{};
  }

  void read_longest(const GoPauses& pauses, GcReading& reading) {
    const auto counts = durations(anchors_.pauses);
    if (counts) reading.pauses = counts->count();
    reading.longest_pause_ns = longest_.since_last(pauses, counts);
  }

  void read_cpu_times(GcReading& reading) const {
    if (const auto total = number<std::int64_t>(anchors_.gc_cpu_total); total && *total >= 0) {
      reading.gc_cpu_ns = static_cast<std::uint64_t>(*total);
    }
    if (!anchors_.cpu_stats) return;
    const auto bytes = block(*anchors_.cpu_stats, kGoCpuStatsSize);
    const auto times = bytes ? parse_go_cpu_times(*bytes) : std::nullopt;
    if (!times) return;
    reading.gc_cpu_ns = times->assist_ns + times->dedicated_ns + times->pause_ns;
    reading.concurrent_gc_cpu_ns = times->dedicated_ns;
    reading.assist_cpu_ns = times->assist_ns;
  }

  void read_pacer(GcReading& reading) const {
    const auto procs = number<std::int32_t>(anchors_.max_procs);
    if (procs && *procs > 0 && static_cast<std::uint32_t>(*procs) <= kMostProcs) {
      reading.max_procs = static_cast<std::uint32_t>(*procs);
    }
    if (!anchors_.pacer) return;
    const auto bytes = block(*anchors_.pacer, anchors_.pacer_layout->size);
    if (bytes) parse_go_pacer(*bytes, *anchors_.pacer_layout, reading);
    if (*reading.cycles == 0) reading.live_heap_bytes.reset();
  }

  void read_scheduler(GcReading& reading) const {
    if (const auto counts = durations(anchors_.sched_latency)) {
      reading.sched_latency_ns = counts->sum_ns() * kTrackingPeriod;
    }
    const auto waited = number<std::int64_t>(anchors_.mutex_wait);
    if (waited && *waited >= 0) reading.mutex_wait_ns = static_cast<std::uint64_t>(*waited);
  }

  std::optional<DurationCounts> durations(const std::optional<GoHistogram>& histogram) const {
    if (!histogram) return std::nullopt;
    const auto bytes = block(histogram->address, histogram_bytes(histogram->kind));
    return bytes ? parse_histogram(histogram->kind, *bytes) : std::nullopt;
  }

  ProcessMemory memory_;
  GoAnchors anchors_;
  std::uint64_t bias_;
  GoLongestPause longest_;
};

Result<GoRuntimeCode> runtime_code(const ElfFile& file) {
  const auto symbols = GoSymbols::read(file);
  if (!symbols) {
    return failure("the Go program's function table cannot be read", "it may be packed or damaged");
  }
  const auto functions =
      symbols->find(std::vector<std::string_view>(kGoCodeNames.begin(), kGoCodeNames.end()));
  GoRuntimeCode code;
  for (std::size_t i = 0; i < kGoParts; ++i) {
    const GoFunction& function = functions[i];
    if (function.end <= function.start) continue;
    const std::uint64_t size = std::min(function.end - function.start, kLongestFunction);
    code[i] = {function.start, file.read_at(function.start, size)};
  }
  return code;
}

}  // namespace

Result<std::unique_ptr<GcSource>> open_go_source(const ProcFs& proc, pid_t pid) {
  // The memory first: if the process executes something else now, the first reading fails.
  auto memory = ProcessMemory::open(proc, pid);
  if (!memory) return memory.error();
  const auto file = ElfFile::open(proc.open_exe(pid));
  if (!file) {
    return failure(fmt::format("cannot read the executable of process {}", pid),
                   "check that it still runs; another user's needs root, or CAP_SYS_PTRACE");
  }
  Elf64_Ehdr header{};
  const std::string head = file->read(0, sizeof header);
  if (head.size() == sizeof header) std::memcpy(&header, head.data(), sizeof header);
  if (header.e_machine != EM_X86_64) {
    return failure("the Go runtime's counters can be found on x86-64 only");
  }
  const auto code = runtime_code(*file);
  if (!code) return code.error();
  const auto anchors = find_go_anchors(*code);
  if (!anchors) return anchors.error();

  const auto bias = load_bias(proc, pid, header.e_entry);
  if (!bias) return failure(fmt::format("cannot read where process {} was loaded", pid));
  auto source = std::make_unique<GoSource>(std::move(*memory), *anchors, *bias);
  const auto first = source->read();  // what makes no sense now will not later
  if (!first) return first.error();
  return std::unique_ptr<GcSource>(std::move(source));
}

}  // namespace boundscope
