// What the counters of each collector mean.
#include <doctest/doctest.h>

#include "target/gc/jvm_stats.h"
#include "unit/target/hsperfdata_image.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

GcReading read(const HsperfdataImage& image) {
  const std::string bytes = image.bytes();
  const auto counters = PerfCounters::parse(bytes);
  REQUIRE(counters);
  return read_jvm_counters(*counters, bytes);
}

HsperfdataImage stopped(std::int64_t frequency) {
  return HsperfdataImage()
      .number("sun.os.hrt.frequency", frequency)
      .number("sun.rt.safepoints", 3)
      .number("sun.rt.safepointTime", 5000)
      .number("sun.rt.safepointSyncTime", 700);
}

HsperfdataImage collector(const std::string& first, const std::string& second) {
  return HsperfdataImage()
      .text("sun.gc.collector.0.name", first)
      .text("sun.gc.collector.1.name", second)
      .number("sun.gc.collector.0.invocations", 10)
      .number("sun.gc.collector.1.invocations", 2);
}

HsperfdataImage& add_heap(HsperfdataImage& image) {
  return image.number("sun.gc.generation.0.capacity", 1000)
      .number("sun.gc.generation.0.maxCapacity", 2000)
      .number("sun.gc.generation.0.space.0.used", 400)  // eden
      .number("sun.gc.generation.0.space.1.used", 30)
      .number("sun.gc.generation.0.space.2.used", 0)
      .number("sun.gc.generation.1.capacity", 5000)
      .number("sun.gc.generation.1.maxCapacity", 6000)
      .number("sun.gc.generation.1.space.0.used", 4000);
}

}  // namespace

TEST_CASE("gc jvm: a stop lasts from the order to stop until the threads run again") {
  const GcReading reading = read(stopped(1'000'000'000));

  CHECK(reading.pauses == 3);
  CHECK(reading.pause_ns == 5700);
}

TEST_CASE("gc jvm: ticks are not always nanoseconds") {
  CHECK(read(stopped(10'000'000)).pause_ns == 570'000);
}

TEST_CASE("gc jvm: time in ticks of unknown length is not told") {
  const GcReading reading = read(stopped(0));
  CHECK_FALSE(reading.pause_ns);
  CHECK_FALSE(reading.pauses);
}

TEST_CASE("gc jvm: collectors are recognised by the names that 8 to 25 give them") {
  const std::pair<const char*, const char*> kNames[] = {
      {"G1 incremental collections", "g1"},
      {"G1 young collection pauses", "g1"},
      {"PSScavenge", "parallel"},
      {"Parallel young collection pauses", "parallel"},
      {"Copy", "serial"},
      {"Serial young collection pauses", "serial"},
      {"ParNew", "cms"},
      {"Shenandoah partial", "shenandoah"},
      {"ZGC minor collection pauses", "z"},
      {"Something new", ""}};
  for (const auto& [name, expected] : kNames) {
    CHECK(read(HsperfdataImage().text("sun.gc.collector.0.name", name)).collector == expected);
  }
}

TEST_CASE("gc jvm: Z of 17 names only its third collector") {
  const auto image = HsperfdataImage().text("sun.gc.collector.2.name", "Z concurrent cycle pauses");
  CHECK(read(image).collector == "z");
}

TEST_CASE("gc jvm: young and full collections are cycles") {
  CHECK(read(collector("Copy", "MSC")).cycles == 12);
}

TEST_CASE("gc jvm: what Z and Shenandoah count as collections are phases, not cycles") {
  CHECK_FALSE(read(collector("Shenandoah partial", "Shenandoah full")).cycles);
  CHECK_FALSE(read(collector("ZGC minor collection pauses", "")).cycles);
}

TEST_CASE("gc jvm: what a collection left is everything but eden") {
  auto image = collector("Copy", "MSC");
  const GcReading reading = read(add_heap(image));

  CHECK(reading.heap_used_bytes == 4430);
  CHECK(reading.live_heap_bytes == 4030);
  CHECK(reading.heap_capacity_bytes == 6000);
  CHECK(reading.heap_max_bytes == 8000);
}

TEST_CASE("gc jvm: generations of the same regions share their maximum") {
  auto image = collector("G1 young collection pauses", "G1 full collection pauses");
  CHECK(read(add_heap(image)).heap_max_bytes == 6000);
}

TEST_CASE("gc jvm: without a collection nothing is known to be alive") {
  HsperfdataImage image;
  image.text("sun.gc.collector.0.name", "Copy").number("sun.gc.collector.0.invocations", 0);
  const GcReading reading = read(add_heap(image));

  CHECK(reading.cycles == 0);
  CHECK_FALSE(reading.live_heap_bytes);
}

TEST_CASE("gc jvm: a heap of which nothing was counted yet is not empty") {
  const auto image = HsperfdataImage().number("sun.gc.generation.0.space.0.used", 0);
  CHECK_FALSE(read(image).heap_used_bytes);
}

TEST_CASE("gc jvm: CPU time is told where the workers' threads are counted") {
  auto image = HsperfdataImage()
                   .number("sun.os.hrt.frequency", 1'000'000'000)
                   .number("sun.threads.cpu_time.gc_parallel_workers", 600)
                   .number("sun.threads.cpu_time.gc_conc_mark", 70)
                   .number("sun.threads.cpu_time.gc_conc_refine", 8)
                   .number("sun.threads.total_gc_cpu_time", 678);
  const GcReading reading = read(image);

  CHECK(reading.gc_cpu_ns == 678);
  CHECK(reading.concurrent_gc_cpu_ns == 78);
}

TEST_CASE("gc jvm: a total that nobody adds to is no CPU time") {
  const auto image = HsperfdataImage()
                         .number("sun.os.hrt.frequency", 1'000'000'000)
                         .number("sun.threads.total_gc_cpu_time", 0);
  CHECK_FALSE(read(image).gc_cpu_ns);
}

TEST_CASE("gc jvm: waits for locks are counted until 21") {
  const GcReading reading = read(HsperfdataImage()
                                     .number("sun.rt._sync_ContendedLockAttempts", 361)
                                     .number("sun.rt._sync_Parks", 4520));
  CHECK(reading.lock_contentions == 361);
  CHECK(reading.lock_parks == 4520);
}

TEST_CASE("gc jvm: negative counters are none") {
  const GcReading reading = read(HsperfdataImage()
                                     .number("sun.os.hrt.frequency", 1'000'000'000)
                                     .number("sun.rt.safepointTime", -1)
                                     .number("sun.rt.safepointSyncTime", 5)
                                     .number("sun.gc.generation.0.capacity", INT64_MIN));
  CHECK_FALSE(reading.pause_ns);
  CHECK_FALSE(reading.heap_capacity_bytes);
}
