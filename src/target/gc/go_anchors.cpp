#include "target/gc/go_anchors.h"

#include <algorithm>
#include <vector>

namespace boundscope {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kCallReach = 24;  // bytes between taking an address and the call that gets it

constexpr GoPacerLayout kPacerLayouts[] = {
    {.percent_goal = 72,  // Go 1.20 and later
     .last_goal = 96,
     .heap_live = 104,
     .heap_marked = 152,
     .heap_in_use = 272,
     .size = 320,
     .reset_marked = "\x48\x89\x98\x98\x00\x00\x00"sv,
     .reset_live = "\x48\x87\x58\x68"sv,
     .read_goal = "\x48\x8b\x48\x48"sv},
    {.percent_goal = 104,  // Go 1.19
     .last_goal = 128,
     .heap_live = 136,
     .heap_marked = 184,
     .heap_in_use = 304,
     .size = 352,
     .reset_marked = "\x48\x89\x98\xb8\x00\x00\x00"sv,
     .reset_live = "\x48\x89\x98\x88\x00\x00\x00"sv,
     .read_goal = "\x48\x8b\x48\x68"sv,
     .headroom_is_fixed = true},
};
// After heap_in_use.
constexpr std::uint64_t kReleased = 8;
constexpr std::uint64_t kFree = 16;
constexpr std::uint64_t kAllocated = 24;
constexpr std::uint64_t kFreed = 32;
constexpr std::uint64_t kReady = 40;

// After the number of cycles.
constexpr std::uint64_t kCpuFraction = 8;
constexpr std::uint64_t kLastHeapInUse = 24;
constexpr std::uint64_t kPauseHistogram = 40;  // until Go 1.21

// In the CPU statistics.
constexpr std::uint64_t kIdleTime = 16;
constexpr std::uint64_t kCollectorTime = 32;
constexpr std::uint64_t kTotalTime = 80;

class AnchorFinder {
 public:
  explicit AnchorFinder(const GoRuntimeCode& code) : code_(code) {
    for (std::size_t i = 0; i < kGoParts; ++i) references_[i] = find_references(code[i]);
  }

  Result<GoAnchors> find() {
    const auto total = pause_total();
    if (!total) {
      return Error{.kind = ErrorKind::environment,
                   .message = "this Go runtime does not count its collections in a way we know",
                   .hint = "it may be newer than this program"};
    }
    anchors_.pause_total = *total;
    cycles_ = *total + kGoCyclesAfterPauses;
    find_pacer();
    find_cpu_times();
    find_scheduler();
    find_pause_histogram();
    anchors_.max_procs = max_procs();
    return anchors_;
  }

 private:
  const GoCode& code(GoPart part) const { return code_[static_cast<std::size_t>(part)]; }
  const std::vector<CodeReference>& references(GoPart part) const {
    return references_[static_cast<std::size_t>(part)];
  }
  bool uses(GoPart part, std::uint64_t target) const {
    const auto& all = references(part);
    return std::any_of(all.begin(), all.end(),
                       [&](const CodeReference& one) { return one.target == target; });
  }
  bool uses(GoPart part, CodeUse use, std::uint64_t target) const {
    const auto& all = references(part);
    return std::any_of(all.begin(), all.end(), [&](const CodeReference& one) {
      return one.use == use && one.target == target;
    });
  }
  bool holds(GoPart part, std::string_view bytes) const {
    return code(part).bytes.find(bytes) != std::string::npos;
  }

  // The end of a collection adds its pause to the total and increments the number of cycles. The
  // distance of the two tells them from everything else; a second such pair is an error.
  std::optional<std::uint64_t> pause_total() const {
    std::optional<std::uint64_t> found;
    for (const CodeReference& one : references(GoPart::mark_termination)) {
      if (one.use != CodeUse::add_to || !one.is_wide) continue;
      const std::uint64_t cycles = one.target + kGoCyclesAfterPauses;
      if (!uses(GoPart::mark_termination, CodeUse::increment, cycles)) continue;
      if (!uses(GoPart::mark_termination, CodeUse::store_double, cycles + kCpuFraction)) continue;
      if (found && *found != one.target) return std::nullopt;
      found = one.target;
    }
    return found;
  }

  // The end of a collection copies the pacer's heap_in_use to a place beside the number of cycles.
  void find_pacer() {
    const auto& all = references(GoPart::mark_termination);
    for (std::size_t i = 1; i < all.size(); ++i) {
      if (all[i].use != CodeUse::store || all[i].target != cycles_ + kLastHeapInUse) continue;
      if (all[i - 1].use != CodeUse::load || !all[i - 1].is_wide) continue;
      for (const GoPacerLayout& layout : kPacerLayouts) {
        const std::uint64_t pacer = all[i - 1].target - layout.heap_in_use;
        if (!is_pacer(pacer, layout)) continue;
        anchors_.pacer = pacer;
        anchors_.pacer_layout = &layout;
        return;
      }
    }
  }

  // Every field that is read later is used by the code where it ought to be.
  bool is_pacer(std::uint64_t pacer, const GoPacerLayout& layout) const {
    const std::uint64_t in_use = pacer + layout.heap_in_use;
    return uses(GoPart::controller_commit, CodeUse::address, pacer) &&
           uses(GoPart::controller_commit, CodeUse::load, pacer + kPacerMemoryLimit) &&
           uses(GoPart::controller_commit, CodeUse::load, pacer + layout.last_goal) &&
           uses(GoPart::mark_termination, CodeUse::load, pacer + layout.heap_live) &&
           uses(GoPart::alloc_span, in_use + kReleased) &&
           uses(GoPart::alloc_span, in_use + kFree) && uses(GoPart::alloc_span, in_use + kReady) &&
           uses(GoPart::alloc_span, in_use) && uses(GoPart::cache_refill, in_use + kAllocated) &&
           uses(GoPart::sweep, in_use + kFreed) && holds(GoPart::reset_live, layout.reset_marked) &&
           holds(GoPart::reset_live, layout.reset_live) &&
           holds(GoPart::heap_goal, layout.read_goal);
  }

  void find_cpu_times() {
    constexpr GoPart kEnd = GoPart::mark_termination;
    if (code(GoPart::cpu_accumulate).bytes.empty()) {
      anchors_.gc_cpu_total = single_sum_before_fraction();
      return;
    }
    for (const CodeReference& one : references(kEnd)) {
      const std::uint64_t stats = one.target;
      if (one.use == CodeUse::address && uses(kEnd, CodeUse::load, stats + kCollectorTime) &&
          uses(kEnd, CodeUse::subtract_from, stats + kIdleTime) &&
          uses(kEnd, CodeUse::load, stats + kTotalTime) &&
          calls_soon(code(kEnd), one.at, kCallReach, code(GoPart::cpu_accumulate).address)) {
        anchors_.cpu_stats = stats;
        return;
      }
    }
  }

  // Go 1.19 adds the cycle's CPU time to a sum (loads it and stores it) between counting the pause
  // and storing the share; nothing else there is both loaded and stored.
  std::optional<std::uint64_t> single_sum_before_fraction() const {
    const auto& all = references(GoPart::mark_termination);
    const auto is_count = [&](const CodeReference& one) {
      return one.use == CodeUse::add_to && one.target == anchors_.pause_total;
    };
    const auto is_share = [&](const CodeReference& one) {
      return one.use == CodeUse::store_double && one.target == cycles_ + kCpuFraction;
    };
    const auto from = std::find_if(all.begin(), all.end(), is_count);
    const auto to = std::find_if(from, all.end(), is_share);
    std::optional<std::uint64_t> found;
    for (auto store = from; store != to; ++store) {
      if (store->use != CodeUse::store || !store->is_wide) continue;
      const bool is_sum = std::any_of(from, store, [&](const CodeReference& one) {
        return one.use == CodeUse::load && one.is_wide && one.target == store->target;
      });
      if (!is_sum) continue;
      if (found) return std::nullopt;
      found = store->target;
    }
    return found;
  }

  // A goroutine that begins to run adds its wait to a histogram. Behind that are, since 1.20, idle
  // time and mutex waits, since 1.22 four histograms of stops: stopping and total, by the collector
  // and by others.
  void find_scheduler() {
    constexpr GoPart kStatus = GoPart::change_status;
    constexpr std::uint64_t kFineUnderflow = histogram_buckets(GoHistogramKind::fine) * 8;
    constexpr std::uint64_t kCoarseSize = histogram_bytes(GoHistogramKind::coarse);
    for (const CodeReference& one : references(kStatus)) {
      if (one.use != CodeUse::address) continue;
      if (uses(kStatus, CodeUse::address, one.target + kFineUnderflow)) {
        anchors_.sched_latency = {one.target, GoHistogramKind::fine};
        return;
      }
      const std::uint64_t mutex_wait = one.target + kCoarseSize + 8;
      if (!records(kStatus, one) || !uses(kStatus, mutex_wait)) continue;
      anchors_.sched_latency = {one.target, GoHistogramKind::coarse};
      anchors_.mutex_wait = mutex_wait;
      const std::uint64_t total = one.target + 3 * kCoarseSize + 16;
      if (records_at(GoPart::start_world, total) &&
          records_at(GoPart::start_world, total + kCoarseSize)) {
        anchors_.pauses = {total, GoHistogramKind::coarse};
      }
      return;
    }
  }

  void find_pause_histogram() {
    constexpr GoPart kEnd = GoPart::mark_termination;
    const std::uint64_t address = cycles_ + kPauseHistogram;
    if (anchors_.pauses) return;
    if (records_at(kEnd, address)) {
      anchors_.pauses = {address, GoHistogramKind::coarse};
    } else if (uses(kEnd, CodeUse::address, address) &&
               uses(kEnd, CodeUse::address,
                    address + histogram_buckets(GoHistogramKind::fine) * 8)) {
      anchors_.pauses = {address, GoHistogramKind::fine};
    }
  }

  bool records(GoPart part, const CodeReference& histogram) const {
    return histogram.use == CodeUse::address &&
           calls_soon(code(part), histogram.at, kCallReach, code(GoPart::histogram_record).address);
  }
  bool records_at(GoPart part, std::uint64_t address) const {
    const auto& all = references(part);
    return std::any_of(all.begin(), all.end(), [&](const CodeReference& one) {
      return one.target == address && records(part, one);
    });
  }

  // The one 32-bit variable that is read where the number of Ps changes, where the world starts,
  // and where available CPU time is computed.
  std::optional<std::uint64_t> max_procs() const {
    const bool has_accumulate = !code(GoPart::cpu_accumulate).bytes.empty();
    const GoPart computed = has_accumulate ? GoPart::cpu_accumulate : GoPart::mark_termination;
    std::optional<std::uint64_t> found;
    for (const CodeReference& one : references(computed)) {
      if (one.use != CodeUse::load_signed || !one.is_wide) continue;
      if (!uses(GoPart::resize_procs, CodeUse::load, one.target)) continue;
      if (!uses(GoPart::start_world, CodeUse::load, one.target)) continue;
      if (found && *found != one.target) return std::nullopt;
      found = one.target;
    }
    return found;
  }

  const GoRuntimeCode& code_;
  std::array<std::vector<CodeReference>, kGoParts> references_;
  GoAnchors anchors_;
  std::uint64_t cycles_ = 0;
};

}  // namespace

Result<GoAnchors> find_go_anchors(const GoRuntimeCode& code) { return AnchorFinder(code).find(); }

}  // namespace boundscope
