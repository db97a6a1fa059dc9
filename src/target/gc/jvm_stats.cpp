#include "target/gc/jvm_stats.h"

#include <algorithm>
#include <array>
#include <string>

namespace boundscope {
namespace {

constexpr std::uint64_t kNanoseconds = 1'000'000'000;
constexpr std::uint64_t kMostBytes = 1ull << 52;  // of a heap; what is larger is none

struct CollectorName {
  std::string_view counter;  // how the names of collectors start, from 8 to 25
  std::string_view collector;
};
constexpr CollectorName kCollectors[] = {
    {"G1", "g1"},       {"Shenandoah", "shenandoah"},
    {"Z", "z"},         {"ParNew", "cms"},
    {"CMS", "cms"},     {"Parallel", "parallel"},
    {"PS", "parallel"}, {"Serial", "serial"},
    {"Copy", "serial"}, {"MSC", "serial"},
};

class Reader {
 public:
  Reader(const PerfCounters& counters, std::string_view bytes)
      : counters_(counters), bytes_(bytes) {
    // Ticks, not nanoseconds, on some builds.
    frequency_ = value("sun.os.hrt.frequency").value_or(0);
  }

  GcReading read() {
    reading_.collector = collector();
    read_stops();
    read_collections();
    read_heap();
    read_cpu();
    // Gone in newer JVMs.
    reading_.lock_contentions = value("sun.rt._sync_ContendedLockAttempts");
    reading_.lock_parks = value("sun.rt._sync_Parks");
    return reading_;
  }

 private:
  std::optional<std::uint64_t> value(std::string_view name) const {
    const auto found = counters_.value(bytes_, name);
    if (!found || *found < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*found);
  }

  std::optional<std::uint64_t> heap_bytes(const std::string& name) const {
    const auto found = value(name);
    return found && *found <= kMostBytes ? found : std::nullopt;
  }

  std::optional<std::uint64_t> nanoseconds(std::string_view name) const {
    const auto ticks = value(name);
    if (!ticks || frequency_ == 0) return std::nullopt;
    if (frequency_ == kNanoseconds) return ticks;
    const double ns = static_cast<double>(*ticks) * static_cast<double>(kNanoseconds) /
                      static_cast<double>(frequency_);
    constexpr double kMost = 9e18;  // what is larger was never a duration
    return static_cast<std::uint64_t>(std::min(ns, kMost));
  }

  std::string collector() const {
    for (const std::string_view number : {"0", "1", "2"}) {
      const std::string name =
          counters_.text(bytes_, "sun.gc.collector." + std::string(number) + ".name");
      for (const CollectorName& known : kCollectors) {
        if (!name.empty() && name.starts_with(known.counter)) return std::string(known.collector);
      }
    }
    return "";
  }

  // Every safepoint stops the program, whoever asked for it. What the collectors count of their own
  // pauses misses waking the threads up, and for Shenandoah holds concurrent work.
  void read_stops() {
    const auto stopped = nanoseconds("sun.rt.safepointTime");
    const auto stopping = nanoseconds("sun.rt.safepointSyncTime");
    if (!stopped || !stopping) return;
    reading_.pauses = value("sun.rt.safepoints");
    reading_.pause_ns = *stopped + *stopping;
  }

  // Z and Shenandoah count phases.
  void read_collections() {
    if (!keeps_generations()) return;
    const auto young = value("sun.gc.collector.0.invocations");
    const auto full = value("sun.gc.collector.1.invocations");
    if (young || full) reading_.cycles = young.value_or(0) + full.value_or(0);
  }

  bool keeps_generations() const {
    return reading_.collector == "g1" || reading_.collector == "serial" ||
           reading_.collector == "parallel" || reading_.collector == "cms";
  }

  void read_heap() {
    struct Generation {
      std::optional<std::uint64_t> used, eden, capacity, maximum;
    };
    std::array<Generation, 2> generations;
    for (std::size_t i = 0; i < generations.size(); ++i) {
      const std::string prefix = "sun.gc.generation." + std::to_string(i) + ".";
      Generation& one = generations[i];
      one.capacity = heap_bytes(prefix + "capacity");
      one.maximum = heap_bytes(prefix + "maxCapacity");
      for (const std::string_view space : {"0", "1", "2"}) {
        const auto used = heap_bytes(prefix + "space." + std::string(space) + ".used");
        if (used) one.used = one.used.value_or(0) + *used;
      }
      if (i == 0) one.eden = heap_bytes(prefix + "space.0.used");
    }
    const auto sum = [](const auto& a, const auto& b) -> std::optional<std::uint64_t> {
      if (!a && !b) return std::nullopt;
      return a.value_or(0) + b.value_or(0);
    };
    const auto& [young, old] = generations;
    reading_.heap_used_bytes = sum(young.used, old.used);
    if (reading_.heap_used_bytes == 0u) reading_.heap_used_bytes.reset();  // G1: not counted yet
    reading_.heap_capacity_bytes = sum(young.capacity, old.capacity);
    // Where generations are made of the same regions, each may have the whole heap.
    const bool shares = reading_.collector == "g1" || reading_.collector == "z";
    reading_.heap_max_bytes =
        shares ? std::max(young.maximum, old.maximum) : sum(young.maximum, old.maximum);
    // A collection leaves survivors and the old generation; eden holds what came later.
    const bool has_collected = reading_.cycles.value_or(0) > 0;
    if (has_collected && reading_.heap_used_bytes && young.eden) {
      reading_.live_heap_bytes = *reading_.heap_used_bytes - *young.eden;
    }
  }

  // 25 has them, 21 has not; the total is there for Z, too, but stays 0.
  void read_cpu() {
    if (!value("sun.threads.cpu_time.gc_parallel_workers")) return;
    reading_.gc_cpu_ns = nanoseconds("sun.threads.total_gc_cpu_time");
    std::uint64_t concurrent = 0;
    bool has_any = false;
    for (const char* name :
         {"sun.threads.cpu_time.gc_conc_mark", "sun.threads.cpu_time.gc_conc_refine",
          "sun.threads.cpu_time.gc_service"}) {
      const auto time = nanoseconds(name);
      has_any = has_any || time.has_value();
      concurrent += time.value_or(0);
    }
    if (has_any) reading_.concurrent_gc_cpu_ns = concurrent;
  }

  const PerfCounters& counters_;
  std::string_view bytes_;
  std::uint64_t frequency_ = 0;
  GcReading reading_;
};

}  // namespace

GcReading read_jvm_counters(const PerfCounters& counters, std::string_view bytes) {
  return Reader(counters, bytes).read();
}

}  // namespace boundscope
