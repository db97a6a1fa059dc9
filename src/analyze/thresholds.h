// Every number the analysis decides by, with where it comes from. "method" is docs/method.md, [E]
// an elicited judgement that waits for calibration data.
#pragma once

#include <cstddef>
#include <cstdint>

namespace boundscope {

// Statistics (method, "Intervals"). Coverage of the combination was measured; see the method.
inline constexpr std::size_t kBatches = 6;
inline constexpr double kStudentT5 = 2.0150;  // 95th percentile, 5 degrees of freedom
inline constexpr std::size_t kDraws = 400;
inline constexpr std::size_t kMaxRows = 240;       // longer recordings: neighbours are merged
inline constexpr std::size_t kMinRows = 8;         // fewer observed windows: no verdict [E]
inline constexpr double kMinEffectiveWindows = 6;  // below: one run of luck [E]
inline constexpr double kMaxStretch = 4;           // of the draws, towards the batch means [E]

// Change points (method, "Steady state").
inline constexpr std::size_t kMinRowsForChangePoints = 16;
inline constexpr double kMinSegmentS = 8;
inline constexpr double kMinLastSegmentS = 20;
inline constexpr double kChangePenalty = 3;      // times log n, per series
inline constexpr double kMinSeriesSigma = 0.05;  // 5 %: less is not a change of behaviour [E]
inline constexpr double kMinChange = 0.2;        // log ratio of the means, same [E]

// Verdict (method, "Verdict").
inline constexpr double kDominantShare = 0.4;    // a cause has to be this large
inline constexpr double kMinProbability = 0.8;   // ... and win this often
inline constexpr double kMinOverRunnerUp = 0.9;  // ... and beat the next one this often
inline constexpr double kMaxConfidence = 0.99;
inline constexpr double kFullRequests = 200;  // completions for full confidence
inline constexpr double kCompletionsForP99 = 1000;
inline constexpr double kMinRequests = 30;               // fewer: no statement about requests [E]
inline constexpr double kFewRequestsProbability = 0.95;  // between the two, win this often [E]
inline constexpr double kFewRequestsFactor = 0.9;        // ... and believe it less [E]
inline constexpr double kMinCoverage = 0.8;              // of the exchanges
inline constexpr double kMinSamplesForOwner = 100;       // shares within +-0.12
inline constexpr double kFullSamples = 500;              // within +-0.05
inline constexpr double kMinSamplesForWeight = 10;       // of a group of threads [E]
inline constexpr double kMinCoverageForWeights = 0.9;  // of the time: slices miss whole bursts [E]
inline constexpr double kMaxWeight = 3;                // or its inverse: a contradiction [E]
inline constexpr double kMaxUnknownSamples = 0.2;      // more caps the confidence
inline constexpr double kUnknownSamplesCap = 0.8;
inline constexpr double kMaxLossShare = 0.1;  // more: no verdict [E]
inline constexpr double kLossCaveatShare = 0.001;
inline constexpr double kMaxLittleMismatch = 0.5;  // more: no verdict [E]
inline constexpr double kLittleCaveat = 0.1;

// Saturation.
inline constexpr double kLoopSaturated = 0.85;    // busy share of one thread [E]
inline constexpr double kBehindLoop = 0.1;        // of the request time queues behind it [E]
inline constexpr double kMachineFull = 0.85;      // CPU wanted / CPU limit [E]
inline constexpr double kThrottledPart = 0.2;     // of CPU + run queue + throttled: starved [E]
inline constexpr double kThrottledPeriods = 0.5;  // of the quota periods: starved [E]
inline constexpr double kStealShare = 0.15;       // of the host's CPU time: starved [E]
inline constexpr double kNeighbourShare = 0.5;    // of the host's CPUs, used by others [E]
inline constexpr double kWaitsMoreThanRuns =
    0.6;                                     // run queue / (CPU + run queue) under neighbours [E]
inline constexpr double kWakeNs = 150'000;   // from a wake-up to running; more is a queue [E]
inline constexpr double kMultiplexed = 0.2;  // resends / sends: a call stands for several
inline constexpr double kHttp2 = 0.2;        // of the exchanges looked at: abstain
inline constexpr double kPipelined = 0.2;    // exchanges with several messages in one read

// Garbage collection.
inline constexpr double kGcPart = 0.5;         // of what computing costs: it is about memory [E]
inline constexpr double kGcPartForTail = 0.1;  // ... where stops make the tail [E]

// Idle: all of them (method, "Verdict").
inline constexpr double kIdleShare = 0.9;
inline constexpr double kIdleCores = 0.05;
inline constexpr double kIdleExchanges = 200;

// Requests beside the work: a batch job with a health check is no service.
inline constexpr double kRequestsExplainCpu = 0.3;  // of the CPU time, where there are few [E]
inline constexpr double kHardlyForRequests = 0.02;  // of the CPU time, where there are many [E]
inline constexpr double kMuchBesideRequests = 0.2;  // cores [E]

// Stalls (docs/stalls.md): the post-load excess below 0.15 is none, above 0.35 is one, from real
// programs on both sides; shares of all CPU time.
inline constexpr double kSomeStalls = 0.15;
inline constexpr double kStalled = 0.35;
inline constexpr double kMostlyStalled = 0.5;  // goes before "one thread is saturated" [E]
// From samples more is needed. An interpreter's loads are followed by jumps that are mispredicted,
// which looks alike: some that hardly wait were seen at 0.5 [E].
inline constexpr double kStalledBySamples = 0.45;
inline constexpr double kInterpreterStalled = 0.65;
inline constexpr double kMinStallSamples = 100;       // share within +-0.1
inline constexpr double kMinStallCoverage = 0.5;      // of the samples in user space [E]
inline constexpr double kMinFoundShare = 0.4;         // of a loop that only waits
inline constexpr double kStallModelError = 0.05;      // of sweeps of known stalls, one deviation
inline constexpr double kStallCountersCounted = 0.1;  // of the time: duty of the counters [E]

// Memory.
inline constexpr double kAtMemoryLimit = 0.9;  // of the limit [E]
inline constexpr double kRefaultsPerS = 100;   // [E]
inline constexpr double kRereadShare = 0.5;    // refaults / pages read: the host is short [E]
inline constexpr double kGrowth = 0.01;        // of the memory, in the run: it grows [E]
inline constexpr double kLimitSoonS = 7 * 86400;
inline constexpr double kRoomForHeap = 2;  // times the present heap [E]
inline constexpr double kHoldsMuch = 0.5;  // of the memory [E]

// Threads.
inline constexpr double kWorkingThread = 0.01;  // of wall time: it does work
inline constexpr double kParkedThread = 0.95;   // of wall time in one futex wait after the other
inline constexpr double kParkedSwitchesPerS = 0.2;
inline constexpr double kLoneThread = 0.95;  // of the CPU time of its process
inline constexpr double kMinIdleForBackgroundS = 1;

inline constexpr double kFullyObserved = 0.99;  // of a window: what counts all the while fits

// Rewrite.
inline constexpr double kWorthwhileGain = 1.2;
inline constexpr double kPlausible =
    0.65;                                 // probability of it: more likely than not by a margin [E]
inline constexpr double kOpen = 0.4;      // less, and it does not hold up the answer as a whole [E]
inline constexpr double kUnlikely = 0.2;  // ... and of the contrary
inline constexpr double kMaxUtilisation = 0.95;      // for the queueing formula
inline constexpr double kCapacityUtilisation = 0.3;  // capacity statements need load
inline constexpr double kCapacityQueue = 0.1;        // ... or a queue
inline constexpr double kCapacityCores = 1;          // ... or so many cores [E]
inline constexpr double kMuchMemoryBytes =
    512.0 * 1024 * 1024;                     // memory statements need memory [E]
inline constexpr double kMuchOfLimit = 0.5;  // ... or a limit that is near [E]
inline constexpr double kFastMeanMs = 1;     // latency that hardly anybody notices [E]
inline constexpr double kFastP99Ms = 5;      // ... at the 99th percentile, where that is known [E]
// A queue longer than this many times what utilisation explains has another reason [E].
inline constexpr double kUnevenArrivals = 3;
inline constexpr double kMinSamplesForRange = 30;  // fewer: no range for the CPU time [E]
inline constexpr double kWorthAnAction = 0.2;      // of the request time: worth an alternative [E]

}  // namespace boundscope
