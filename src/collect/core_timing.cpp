#include "collect/core_timing.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "target/thread_cpu.h"

namespace boundscope {

#if defined(__x86_64__)
namespace {

constexpr int kRounds = 20'000;
constexpr int kRuns = 5;
constexpr double kWarmUpNs = 1e7;     // cores that slept begin slowly
constexpr double kTakesNoTime = 0.5;  // of what an addition takes that does
constexpr double kLongestLoad = 12;   // cycles
constexpr double kLongestOperation = 6;

enum Chain { additions, constants, scaled_leas, float_additions, loads, kChains };

// Nanoseconds of rounds of 8 that wait for each other.
template <Chain chain>
double time_chain(const void* points_to_itself) {
  [[maybe_unused]] std::uint64_t value = 0, one = 1;
  [[maybe_unused]] const void* at = points_to_itself;
  [[maybe_unused]] double number = 0;
  const double began = thread_cpu_ns();
  for (int i = 0; i < kRounds; ++i) {
    if constexpr (chain == additions)
      asm volatile(".rept 8\n add %1, %0\n .endr" : "+r"(value) : "r"(one) : "cc");
    else if constexpr (chain == constants)
      asm volatile(".rept 8\n add $1, %0\n .endr" : "+r"(value) : : "cc");
    else if constexpr (chain == scaled_leas)
      asm volatile(".rept 8\n lea (%1, %0, 2), %0\n .endr" : "+r"(value) : "r"(one));
    else if constexpr (chain == float_additions)
      asm volatile(".rept 8\n addsd %0, %0\n .endr" : "+x"(number));
    else
      asm volatile(".rept 8\n mov (%0), %0\n .endr" : "+r"(at) : : "memory");
  }
  return thread_cpu_ns() - began;
}

}  // namespace

// An addition takes a cycle on every core. All in turn, and the shortest of each: what interrupts,
// or a clock that changes, meets all alike.
void time_core(const void* points_to_itself, Core& core) {
  const double until = thread_cpu_ns() + kWarmUpNs;
  while (thread_cpu_ns() < until) time_chain<additions>(points_to_itself);
  std::array<double, kChains> shortest{};
  for (int run = 0; run < kRuns; ++run) {
    const std::array<double, kChains> took{
        time_chain<additions>(points_to_itself), time_chain<constants>(points_to_itself),
        time_chain<scaled_leas>(points_to_itself), time_chain<float_additions>(points_to_itself),
        time_chain<loads>(points_to_itself)};
    for (std::size_t i = 0; i < kChains; ++i)
      shortest[i] = run == 0 ? took[i] : std::min(shortest[i], took[i]);
  }
  if (!(shortest[additions] > 0)) return;
  const auto cycles = [&](Chain chain) { return shortest[chain] / shortest[additions]; };
  const auto whole_cycles = [&](Chain chain) {
    return static_cast<int>(std::clamp(std::round(cycles(chain)), 1.0, kLongestOperation));
  };
  core.free_additions = cycles(constants) < kTakesNoTime;
  core.scaled_lea = whole_cycles(scaled_leas);
  core.float_addition = whole_cycles(float_additions);
  core.load_latency = std::clamp(cycles(loads), 1.0, kLongestLoad);
}

#else

void time_core(const void* /*points_to_itself*/, Core& /*core*/) {}

#endif

}  // namespace boundscope
