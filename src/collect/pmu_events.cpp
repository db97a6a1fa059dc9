#include "collect/pmu_events.h"

#include <linux/perf_event.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <string>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace boundscope {
namespace {

constexpr std::uint64_t intel(std::uint64_t event, std::uint64_t mask, std::uint64_t least = 0) {
  return event | mask << 8 | least << 24;
}
constexpr std::uint64_t amd(std::uint64_t event, std::uint64_t mask) {
  return (event & 0xff) | mask << 8 | (event >> 8) << 32;
}

double share(double value) { return std::clamp(value, 0.0, 1.0); }
double part_of(double part, double whole) { return whole > 0 ? part / whole : 0; }

// Of the cycles that wait for anything behind the front end, those for loads and full store
// buffers.
double memory_fraction(double stalls_memory, double stalls_total, double on_stores, double few) {
  return part_of(stalls_memory + on_stores, stalls_total + few + on_stores);
}

double skylake(std::span<const double> r) {
  constexpr double kSlots = 4;  // per cycle
  const double frontend = r[0] / kSlots, issued = r[1], recovery = r[2], retiring = r[3] / kSlots;
  const double backend = 1 - frontend - (issued + kSlots * recovery) / kSlots;
  const double few = r[7] + retiring * r[8];
  return share(backend * memory_fraction(r[4], r[5], r[6], few));
}

double ice_lake(std::span<const double> r) {
  const double backend = part_of(r[1], r[0]);
  const double retiring = part_of(r[7], r[0]);
  return share(backend * memory_fraction(r[2], r[3], r[4], r[5] + retiring * r[6]));
}

double golden_cove(std::span<const double> r) { return share(part_of(r[1], r[0])); }

double zen4(std::span<const double> r) { return share(r[0] / 6 * part_of(r[1], r[2])); }
double zen5(std::span<const double> r) { return share(r[0] / 8 * part_of(r[1], r[2])); }

double neoverse(std::span<const double> r) { return share(r[0]); }

const PmuEvent kIntelCycles{"cpu_clk_unhalted.thread", intel(0x3c, 0)};
const PmuEvent kStallsMemory{"cycle_activity.stalls_mem_any", intel(0xa3, 0x14, 0x14)};
const PmuEvent kStallsTotal{"cycle_activity.stalls_total", intel(0xa3, 0x04, 0x04)};
const PmuEvent kOnePort{"exe_activity.1_ports_util", intel(0xa6, 0x02)};
const PmuEvent kTwoPorts{"exe_activity.2_ports_util", intel(0xa6, 0x04)};
const PmuEvent kSlots{"topdown.slots_p", intel(0xa4, 0x01)};
const std::vector<PmuGroup> kZen{{{{"de_no_dispatch_per_slot.backend_stalls", amd(0x1a0, 0x1e)},
                                   {"ex_no_retire.load_not_complete", amd(0xd6, 0xa2)},
                                   {"ex_no_retire.not_complete", amd(0xd6, 0x02)}}}};
const PmuEvent kZenCycles{"ls_not_halted_cyc", amd(0x76, 0)};

struct KnownSet {
  CpuModel::Maker maker;
  std::uint32_t family;               // 0 for Arm
  std::vector<std::uint32_t> models;  // empty: all of the family
  PmuEventSet set;
};

const std::vector<KnownSet>& known_sets() {
  using Maker = CpuModel::Maker;
  static const std::vector<KnownSet> sets{
      {Maker::intel,
       6,
       {0x4e, 0x5e, 0x55, 0x8e, 0x9e, 0xa5, 0xa6},
       {"intel-skylake",
        PERF_TYPE_RAW,
        kIntelCycles,
        {{{{"idq_uops_not_delivered.core", intel(0x9c, 0x01)},
           {"uops_issued.any", intel(0x0e, 0x01)},
           {"int_misc.recovery_cycles", intel(0x0d, 0x01)},
           {"uops_retired.retire_slots", intel(0xc2, 0x02)}}},
         {{kStallsMemory,
           kStallsTotal,
           {"exe_activity.bound_on_stores", intel(0xa6, 0x40)},
           kOnePort}},
         {{kTwoPorts}}},
        skylake}},
      {Maker::intel,
       6,
       {0x6a, 0x6c, 0x7d, 0x7e, 0x8c, 0x8d, 0xa7},
       {"intel-ice-lake",
        PERF_TYPE_RAW,
        kIntelCycles,
        {{{kSlots,
           {"topdown.backend_bound_slots", intel(0xa4, 0x02)},
           kStallsMemory,
           kStallsTotal}},
         {{{"exe_activity.bound_on_stores", intel(0xa6, 0x40, 0x02)},
           kOnePort,
           kTwoPorts,
           {"uops_retired.slots", intel(0xc2, 0x02)}}}},
        ice_lake}},
      {Maker::intel,
       6,
       {0x8f, 0xcf, 0xad, 0xae},
       {"intel-golden-cove",
        PERF_TYPE_RAW,
        kIntelCycles,
        {{{kSlots, {"topdown.memory_bound_slots", intel(0xa4, 0x10)}}}},
        golden_cove}},
      {Maker::amd,
       0x19,
       {0x10, 0x11, 0x12, 0x18, 0x60, 0x61, 0x70, 0x74, 0x75, 0x78, 0x7c, 0xa0, 0xa1, 0xa2},
       {"amd-zen4", PERF_TYPE_RAW, kZenCycles, kZen, zen4}},
      {Maker::amd, 0x1a, {}, {"amd-zen5", PERF_TYPE_RAW, kZenCycles, kZen, zen5}},
      // Neoverse N2, V2, N3, V3; N1 and V1 do not have the event.
      {Maker::arm,
       0,
       {0xd49, 0xd4f, 0xd8e, 0xd84},
       {"arm-neoverse",
        PERF_TYPE_RAW,
        {"cpu_cycles", 0x11},
        {{{{"stall_backend_mem", 0x4005}}}},
        neoverse}}};
  return sets;
}

}  // namespace

CpuModel this_cpu() {
  CpuModel cpu;
#if defined(__x86_64__)
  std::uint32_t a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(0, &a, &b, &c, &d) == 0) return cpu;
  if (b == signature_INTEL_ebx) cpu.maker = CpuModel::Maker::intel;
  if (b == signature_AMD_ebx) cpu.maker = CpuModel::Maker::amd;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return cpu;
  cpu.family = (a >> 8 & 0xf) + (a >> 20 & 0xff);
  cpu.model = (a >> 4 & 0xf) | (a >> 12 & 0xf0);
#elif defined(__aarch64__)
  std::ifstream file("/sys/devices/system/cpu/cpu0/regs/identification/midr_el1");
  std::uint64_t midr = 0;
  if (!(file >> std::hex >> midr)) return cpu;
  if (midr >> 24 == 0x41) cpu.maker = CpuModel::Maker::arm;
  cpu.model = midr >> 4 & 0xfff;
#endif
  return cpu;
}

const PmuEventSet* event_set_of(const CpuModel& cpu) {
  for (const KnownSet& known : known_sets()) {
    if (known.maker != cpu.maker || known.family != cpu.family) continue;
    const auto& models = known.models;
    if (models.empty() || std::find(models.begin(), models.end(), cpu.model) != models.end())
      return &known.set;
  }
  return nullptr;
}

}  // namespace boundscope
