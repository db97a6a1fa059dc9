// Decisions about counters and clocks, on figures as they come from machines we do not have.
#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "collect/pmu_events.h"
#include "collect/stall_calibration.h"
#include "collect/stall_counting.h"

namespace boundscope {
namespace {

using Maker = CpuModel::Maker;

const PmuEventSet& set_of(Maker maker, std::uint32_t family, std::uint32_t model) {
  const PmuEventSet* set = event_set_of({maker, family, model});
  REQUIRE(set != nullptr);
  return *set;
}

std::uint64_t config_of(const PmuEventSet& set, std::string_view name) {
  for (const PmuGroup& group : set.groups)
    for (const PmuEvent& event : group.events)
      if (event.name == name) return event.config;
  FAIL("no event " << name);
  return 0;
}

// Of 15 cycles, 4 are the load's, 3 the multiplication's and 8 the additions'.
LoopSamples near_loop(double samples, double after_load) {
  const double each = samples / 15;
  return {samples, after_load, each, each, 6 * each, 1000, 15'000};
}
LoopSamples far_loop(double samples, double after_load, double cycles = 400) {
  return {samples, after_load, 0, 0, 0, 1000, 1000 * cycles};
}

}  // namespace

TEST_CASE("collect: models have their event sets, and others none") {
  CHECK(set_of(Maker::intel, 6, 0x55).name == "intel-skylake");
  CHECK(set_of(Maker::intel, 6, 0x6a).name == "intel-ice-lake");
  CHECK(set_of(Maker::intel, 6, 0x8f).name == "intel-golden-cove");
  CHECK(set_of(Maker::intel, 6, 0xcf).name == "intel-golden-cove");
  CHECK(set_of(Maker::amd, 0x19, 0x11).name == "amd-zen4");
  CHECK(set_of(Maker::amd, 0x1a, 0x02).name == "amd-zen5");
  CHECK(set_of(Maker::arm, 0, 0xd49).name == "arm-neoverse");
  CHECK(event_set_of({Maker::amd, 0x19, 0x01}) == nullptr);  // Zen 3
  CHECK(event_set_of({Maker::intel, 6, 0x3f}) == nullptr);   // Haswell
  CHECK(event_set_of({Maker::arm, 0, 0xd0c}) == nullptr);    // Neoverse N1
  CHECK(event_set_of({Maker::other, 6, 0x55}) == nullptr);
}

TEST_CASE("collect: events are encoded as the makers' registers want them") {
  const PmuEventSet& skylake = set_of(Maker::intel, 6, 0x55);
  CHECK(config_of(skylake, "cycle_activity.stalls_mem_any") == 0x140014a3);
  CHECK(config_of(skylake, "idq_uops_not_delivered.core") == 0x019c);
  CHECK(config_of(set_of(Maker::intel, 6, 0x8f), "topdown.memory_bound_slots") == 0x10a4);
  // Bits 8 to 11 of AMD's event numbers stand at 32 to 35.
  CHECK(config_of(set_of(Maker::amd, 0x19, 0x11), "de_no_dispatch_per_slot.backend_stalls") ==
        0x100001ea0);
}

TEST_CASE("collect: no group needs more counters than a hyperthread has") {
  for (const CpuModel cpu : {CpuModel{Maker::intel, 6, 0x55}, CpuModel{Maker::intel, 6, 0x6a},
                             CpuModel{Maker::intel, 6, 0x8f}, CpuModel{Maker::amd, 0x19, 0x11},
                             CpuModel{Maker::arm, 0, 0xd49}}) {
    const PmuEventSet* set = event_set_of(cpu);
    REQUIRE(set != nullptr);
    std::set<std::uint64_t> configs{set->cycles.config};
    std::size_t events = 1;
    for (const PmuGroup& group : set->groups) {
      CHECK(group.events.size() <= 4);
      events += group.events.size();
      for (const PmuEvent& event : group.events) configs.insert(event.config);
    }
    CHECK(configs.size() == events);
    CHECK(set->memory_share(std::vector<double>(events - 1, 0.0)) >= 0);
  }
}

TEST_CASE("collect: formulas give what the top-down method gives") {
  // Rates per cycle. Half of the slots are not issued behind the front end; of the cycles that wait
  // 0.5 of 0.8 (0.6 + 0.1 + 0.5 * 0.2) are for memory.
  const double skylake =
      set_of(Maker::intel, 6, 0x55)
          .memory_share(std::vector<double>{0.0, 2.0, 0.0, 2.0, 0.5, 0.6, 0.0, 0.1, 0.2});
  CHECK(skylake == doctest::Approx(0.5 * 0.5 / 0.8));
  const double ice_lake =
      set_of(Maker::intel, 6, 0x6a)
          .memory_share(std::vector<double>{5, 2.5, 0.5, 0.6, 0, 0.1, 0.2, 2.5});
  CHECK(ice_lake == doctest::Approx(0.5 * 0.5 / 0.8));
  CHECK(set_of(Maker::intel, 6, 0x8f).memory_share(std::vector<double>{6, 4.5}) ==
        doctest::Approx(0.75));
  CHECK(set_of(Maker::amd, 0x19, 0x11).memory_share(std::vector<double>{4.8, 0.6, 0.8}) ==
        doctest::Approx(0.6));
  CHECK(set_of(Maker::amd, 0x1a, 0).memory_share(std::vector<double>{4.8, 0.6, 0.8}) ==
        doctest::Approx(0.45));
  CHECK(set_of(Maker::arm, 0, 0xd49).memory_share(std::vector<double>{0.7}) ==
        doctest::Approx(0.7));
}

TEST_CASE("collect: rates of groups that were counted at different times are put together") {
  PmuRates rates(set_of(Maker::intel, 6, 0x6a));
  rates.add(0, {1e6, {5e6, 2.5e6, 0.5e6, 0.6e6}});
  CHECK_FALSE(rates.memory_share().has_value());

  rates.add(1, {2e6, {0, 0.2e6, 0.4e6, 5e6}});

  CHECK(*rates.memory_share() == doctest::Approx(0.5 * 0.5 / 0.8));
  CHECK(rates.cycles() == 3e6);
}

TEST_CASE("collect: counters that a virtual machine makes up are not believed") {
  CHECK(judge_counters(0.05, 0.9).empty());
  CHECK_FALSE(judge_counters(std::nullopt, std::nullopt).empty());  // they stand still
  CHECK_FALSE(judge_counters(0.5, 0.5).empty());                    // constants
  CHECK_FALSE(judge_counters(0.0, 0.0).empty());
  CHECK_FALSE(judge_counters(0.9, 0.1).empty());
  CHECK_FALSE(judge_counters(0.0, std::nan("")).empty());
}

TEST_CASE("collect: the calibration finds what waiting looks like") {
  const StallCalibration calibration = judge_calibration(near_loop(300, 80), far_loop(200, 196), 4);

  CHECK(calibration.missing.empty());
  CHECK(calibration.found_share == doctest::Approx(1));
  CHECK(calibration.samples == 500);
}

TEST_CASE("collect: the share that waiting shows is less than its own by more than chance") {
  // 0.8 after loads; of the rest 4 / 11 more would be if they hit. A standard error is 0.028 of
  // the one, and of the other; 15 of 400 cycles are no waiting.
  const double found = 0.8 - 0.2 * 4 / 11, chance = std::sqrt(0.8 * 0.2 / 200) * (1 + 4.0 / 11);

  const StallCalibration calibration = judge_calibration(near_loop(300, 80), far_loop(200, 160), 4);

  CHECK(calibration.missing.empty());
  CHECK(calibration.found_share == doctest::Approx((found + chance) / (1 - 15.0 / 400)));
}

TEST_CASE("collect: a far loop that a large cache serves does not wait all the time") {
  // 11 of 60 cycles are not the load's, 4 the load's as it would be if it hit.
  const StallCalibration calibration =
      judge_calibration(near_loop(300, 80), far_loop(300, 245, 60), 4);

  CHECK(calibration.missing.empty());
  CHECK(calibration.found_share == doctest::Approx(1));
}

TEST_CASE("collect: a core that executes a load and an operation as one is never between them") {
  // Of 16 cycles, 5 are the load's and one the addition's: hardly a sample is right after the load.
  const LoopSamples near{480, 5, 180, 30, 180, 1000, 16'000};
  const LoopSamples far{200, 2, 194, 1, 2, 1000, 400'000};

  const StallCalibration calibration = judge_calibration(near, far, 5);

  CHECK(joins_loads(far));
  CHECK_FALSE(joins_loads(far_loop(200, 196)));
  CHECK(calibration.missing.empty());
  // The addition's cycle is with the load's: 6 of 16.
  const LoopSamples less{200, 2, 160, 1, 2, 1000, 400'000};
  const double found = 0.8 - 0.2 * 6 / 10, chance = std::sqrt(0.8 * 0.2 / 200) * 1.6;
  CHECK(judge_calibration(near, less, 5).found_share ==
        doctest::Approx((found + chance) / (1 - 16.0 / 400)));
}

TEST_CASE("collect: a clock that comes an instruction late is no core that joins loads") {
  // The multiplication's 3 of 16 cycles are found after the addition that follows it.
  const LoopSamples near{480, 30, 150, 90, 180, 1000, 16'000};

  CHECK_FALSE(judge_calibration(near, {200, 2, 194, 1, 2, 1000, 400'000}, 5).missing.empty());
}

TEST_CASE("collect: a core that retires late is not found between a product and its use") {
  // Of 16 cycles, 5 are the load's; what follows it, and the multiplication, is seen with it.
  const LoopSamples near{480, 180, 3, 2, 180, 1000, 16'000};

  const StallCalibration calibration = judge_calibration(near, far_loop(200, 196), 5);

  CHECK(retires_late(near));
  CHECK_FALSE(retires_late(near_loop(300, 80)));
  CHECK(calibration.missing.empty());
  const double found = 0.8 - 0.2 * 6 / 10, chance = std::sqrt(0.8 * 0.2 / 200) * 1.6;
  CHECK(judge_calibration(near, far_loop(200, 160), 5).found_share ==
        doctest::Approx((found + chance) / (1 - 16.0 / 400)));
  // One of three, where there is hardly one of each, says nothing.
  CHECK_FALSE(retires_late({48, 18, 0, 1, 18, 1000, 16'000}));
}

TEST_CASE("collect: a clock whose samples say nothing is not used") {
  CHECK_FALSE(judge_calibration(near_loop(300, 0), far_loop(200, 90), 4).missing.empty());
  CHECK_FALSE(judge_calibration(near_loop(300, 10), far_loop(200, 190), 4).missing.empty());
  CHECK_FALSE(judge_calibration(near_loop(300, 100), far_loop(200, 100), 4).missing.empty());
  CHECK_FALSE(judge_calibration(near_loop(300, 0), far_loop(200, 10), 4).missing.empty());
  CHECK_FALSE(judge_calibration(near_loop(10, 1), far_loop(200, 190), 4).missing.empty());
  CHECK_FALSE(judge_calibration(near_loop(0, 0), far_loop(0, 0), 4).missing.empty());
  CHECK_FALSE(judge_calibration(near_loop(200, 200), far_loop(200, 200), 4).missing.empty());
  CHECK_FALSE(judge_calibration(near_loop(300, 100), far_loop(200, 196, 15), 4).missing.empty());
}

}  // namespace boundscope
