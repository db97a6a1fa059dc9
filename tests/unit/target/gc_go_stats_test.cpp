// What stands at the anchors of a Go program: accepted if it agrees with itself.
#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "target/gc/go_stats.h"

using namespace boundscope;

namespace {

constexpr GoPacerLayout kLayout{.percent_goal = 72,
                                .last_goal = 96,
                                .heap_live = 104,
                                .heap_marked = 152,
                                .heap_in_use = 272,
                                .size = 320};

template <class Number>
void put(std::string& bytes, std::size_t at, Number value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

// The runtime's block of pauses, made as the runtime makes it: one collection after the other.
class PauseBlock {
 public:
  static constexpr std::size_t kTotalAt = 8, kRingAt = 16, kEndsAt = kRingAt + 256 * 8;
  static constexpr std::size_t kCyclesAt = kEndsAt + 256 * 8;

  PauseBlock& collect(std::uint64_t pause_ns) {
    begin(pause_ns);
    put(bytes, kCyclesAt, ++cycles_);
    return *this;
  }
  // All but the counting of the cycle.
  PauseBlock& begin(std::uint64_t pause_ns) {
    const std::uint64_t now = 1'000'000 + cycles_;
    put(bytes, 0, now);
    put(bytes, kRingAt + cycles_ % 256 * 8, pause_ns);
    put(bytes, kEndsAt + cycles_ % 256 * 8, now);
    total_ += pause_ns;
    put(bytes, kTotalAt, total_);
    return *this;
  }
  BlockState parse(GoPauses& pauses) const { return parse_go_pauses(bytes, pauses); }
  BlockState state() const {
    GoPauses pauses;
    return parse(pauses);
  }

  std::string bytes = std::string(kGoPauseBlockSize, '\0');

 private:
  std::uint32_t cycles_ = 0;
  std::uint64_t total_ = 0;
};

std::string cpu_stats(const std::array<std::int64_t, 11>& times) {
  std::string bytes(kGoCpuStatsSize, '\0');
  std::memcpy(bytes.data(), times.data(), sizeof times);
  return bytes;
}

struct Pacer {
  std::int32_t percent = 100;
  std::int64_t limit = std::numeric_limits<std::int64_t>::max();
  std::uint64_t goal = 90 << 20, marked = 40 << 20, in_use = 70 << 20, free = 5 << 20;
  std::uint64_t allocated = 900 << 20, freed = 840 << 20, ready = 80 << 20;

  bool read(GcReading& reading, std::size_t size = kLayout.size) const {
    std::string bytes(kLayout.size, '\0');
    put(bytes, 0, percent);
    put(bytes, kPacerMemoryLimit, limit);
    put(bytes, kLayout.percent_goal, goal);
    put(bytes, kLayout.heap_marked, marked);
    put(bytes, kLayout.heap_in_use, in_use);
    put(bytes, kLayout.heap_in_use + 16, free);
    put(bytes, kLayout.heap_in_use + 24, allocated);
    put(bytes, kLayout.heap_in_use + 32, freed);
    put(bytes, kLayout.heap_in_use + 40, ready);
    return parse_go_pacer(std::string_view(bytes).substr(0, size), kLayout, reading);
  }
};

}  // namespace

TEST_CASE("gc go pauses: a program that has not collected yet is settled") {
  GoPauses pauses;
  CHECK(PauseBlock().parse(pauses) == BlockState::settled);
  CHECK(pauses.cycles == 0);
  CHECK(pauses.total_ns == 0);
}

TEST_CASE("gc go pauses: cycles and their stops are read") {
  PauseBlock block;
  GoPauses pauses;
  CHECK(block.collect(70).collect(900).collect(80).parse(pauses) == BlockState::settled);
  CHECK(pauses.cycles == 3);
  CHECK(pauses.total_ns == 1050);
}

TEST_CASE("gc go pauses: more cycles than the ring holds are settled, too") {
  PauseBlock block;
  for (int i = 0; i < 700; ++i) CHECK(block.collect(50).state() == BlockState::settled);
  GoPauses pauses;
  block.parse(pauses);
  CHECK(pauses.cycles == 700);
  CHECK(pauses.total_ns == 35'000);
}

TEST_CASE("gc go pauses: a cycle that is just being counted is one to read again") {
  PauseBlock block;
  CHECK(block.begin(70).state() == BlockState::changing);
  for (int i = 0; i < 300; ++i) {
    block.collect(50);
    PauseBlock next = block;
    CHECK(next.begin(60).state() == BlockState::changing);
  }
}

TEST_CASE("gc go pauses: what contradicts itself is no block of pauses") {
  const auto changed = [](auto change) {
    PauseBlock block;
    block.collect(70).collect(900);
    change(block.bytes);
    return block.state();
  };
  using Bytes = std::string;
  const auto total = [](Bytes& bytes) { put<std::uint64_t>(bytes, PauseBlock::kTotalAt, 971); };
  const auto unused = [](Bytes& bytes) { put<std::uint64_t>(bytes, PauseBlock::kRingAt + 800, 1); };
  const auto share = [](Bytes& bytes) { put<double>(bytes, PauseBlock::kCyclesAt + 8, 2.0); };
  const auto no_share = [](Bytes& bytes) { put(bytes, PauseBlock::kCyclesAt + 8, 0.0 / 0.0); };
  const auto last_end = [](Bytes& bytes) { put<std::uint64_t>(bytes, 0, 77); };
  const auto cut = [](Bytes& bytes) { bytes.pop_back(); };
  CHECK(changed([](Bytes&) {}) == BlockState::settled);
  CHECK(changed(total) == BlockState::wrong);
  CHECK(changed(unused) == BlockState::wrong);
  CHECK(changed(share) == BlockState::wrong);
  CHECK(changed(no_share) == BlockState::wrong);
  CHECK(changed(last_end) == BlockState::wrong);
  CHECK(changed(cut) == BlockState::wrong);
}

TEST_CASE("gc go pauses: memory of anything else is no block of pauses") {
  GoPauses pauses;
  for (const char byte : {'\x01', '\x7f', '\xff'}) {
    CHECK(parse_go_pauses(std::string(kGoPauseBlockSize, byte), pauses) == BlockState::wrong);
  }
}

TEST_CASE("gc go pauses: the longest is that of the cycles since the last reading") {
  PauseBlock block;
  GoPauses pauses;
  block.collect(900).collect(70).collect(80).parse(pauses);

  CHECK(pauses.longest_since(0) == 900);
  CHECK(pauses.longest_since(1) == 80);
  CHECK_FALSE(pauses.longest_since(3));
}

TEST_CASE("gc go pauses: the longest is not known of more cycles than the ring holds") {
  PauseBlock block;
  for (int i = 0; i < 300; ++i) block.collect(50);
  GoPauses pauses;
  block.parse(pauses);

  CHECK(pauses.longest_since(44) == 50);
  CHECK_FALSE(pauses.longest_since(43));
}

TEST_CASE("gc go cpu: assists, workers and stops add up") {
  const auto times = parse_go_cpu_times(cpu_stats({10, 200, 3000, 40, 3250, 1, 1, 2, 0, 0, 9000}));
  REQUIRE(times);
  CHECK(times->assist_ns == 10);
  CHECK(times->dedicated_ns == 200);
  CHECK(times->idle_ns == 3000);
  CHECK(times->pause_ns == 40);
}

TEST_CASE("gc go cpu: times that do not add up are none") {
  CHECK_FALSE(parse_go_cpu_times(cpu_stats({10, 200, 3000, 40, 3251, 1, 1, 2, 0, 0, 9000})));
  CHECK_FALSE(parse_go_cpu_times(cpu_stats({-10, 20, 0, 0, 10, 0, 0, 0, 0, 0, 0})));
  CHECK_FALSE(parse_go_cpu_times(cpu_stats({INT64_MAX, 1, 0, 0, INT64_MIN, 0, 0, 0, 0, 0, 0})));
  CHECK_FALSE(parse_go_cpu_times(std::string(kGoCpuStatsSize - 1, '\0')));
}

TEST_CASE("gc go pacer: levels of the heap are read") {
  GcReading reading;

  REQUIRE(Pacer{}.read(reading));

  CHECK(reading.gc_percent == 100);
  CHECK(reading.live_heap_bytes == 40u << 20);
  CHECK(reading.heap_used_bytes == 60u << 20);
  CHECK(reading.heap_capacity_bytes == 75u << 20);
  CHECK(reading.heap_goal_bytes == 90u << 20);
  CHECK_FALSE(reading.memory_limit_bytes);
}

TEST_CASE("gc go pacer: a memory limit pulls the goal down, but not below what is alive") {
  GcReading near;
  REQUIRE(Pacer{.limit = 70 << 20}.read(near));
  // Less 15 MB that are no heap, 10 MB that are over the limit already, and a reserve of 3 %.
  CHECK(near.memory_limit_bytes == 70u << 20);
  CHECK(*near.heap_goal_bytes > 43u << 20);
  CHECK(*near.heap_goal_bytes < 45u << 20);

  GcReading below;
  REQUIRE(Pacer{.limit = 30 << 20}.read(below));
  CHECK(below.heap_goal_bytes == 40u << 20);

  GcReading far;
  REQUIRE(Pacer{.limit = std::int64_t{1} << 40}.read(far));
  CHECK(far.heap_goal_bytes == 90u << 20);
}

TEST_CASE("gc go pacer: a collector that is switched off has no goal without a limit") {
  GcReading reading;
  REQUIRE(Pacer{.percent = -1, .goal = UINT64_MAX}.read(reading));
  CHECK(reading.gc_percent == -1);
  CHECK_FALSE(reading.heap_goal_bytes);

  GcReading limited;
  REQUIRE(Pacer{.percent = -1, .limit = 100 << 20, .goal = UINT64_MAX}.read(limited));
  CHECK(*limited.heap_goal_bytes < 100u << 20);
  CHECK(*limited.heap_goal_bytes > 80u << 20);
}

TEST_CASE("gc go pacer: what makes no sense leaves the reading as it was") {
  for (const Pacer& wrong :
       {Pacer{.percent = -2}, Pacer{.limit = -1}, Pacer{.marked = 1ull << 60},
        Pacer{.in_use = UINT64_MAX}, Pacer{.freed = 901 << 20}, Pacer{.ready = 64 << 20}}) {
    GcReading reading;
    CHECK_FALSE(wrong.read(reading));
    CHECK_FALSE(reading.gc_percent);
    CHECK_FALSE(reading.heap_used_bytes);
  }
  GcReading reading;
  CHECK_FALSE(Pacer{}.read(reading, kLayout.size - 1));
}
