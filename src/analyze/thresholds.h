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
inline constexpr double kFullRequests = 200;             // completions for full confidence
inline constexpr double kMinRequests = 30;               // fewer: no statement about requests [E]
inline constexpr double kFewRequestsProbability = 0.95;  // between the two, win this often [E]
inline constexpr double kFewRequestsFactor = 0.9;        // ... and believe it less [E]
inline constexpr double kMinCoverage = 0.8;              // of the exchanges
inline constexpr double kMinSamplesForOwner = 100;       // shares within +-0.12
inline constexpr double kFullSamples = 500;              // within +-0.05
inline constexpr double kMaxUnknownSamples = 0.2;        // more caps the confidence
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
inline constexpr double kMultiplexed = 0.2;  // resends / sends: a call stands for several
inline constexpr double kHttp2 = 0.2;        // of the exchanges looked at: abstain
inline constexpr double kPipelined = 0.2;    // exchanges with several messages in one read

// Idle: all of them (method, "Verdict").
inline constexpr double kIdleShare = 0.9;
inline constexpr double kIdleCores = 0.05;
inline constexpr double kIdleExchanges = 200;

// Memory.
inline constexpr double kAtMemoryLimit = 0.9;  // of the limit [E]
inline constexpr double kRefaultsPerS = 100;   // [E]

// Threads.
inline constexpr double kWorkingThread = 0.01;  // of wall time: it does work
inline constexpr double kParkedThread = 0.95;   // of wall time in one futex wait after the other
inline constexpr double kParkedSwitchesPerS = 0.2;
inline constexpr double kLoneThread = 0.95;  // of the CPU time of its process
inline constexpr double kMinIdleForBackgroundS = 1;

// Rewrite.
inline constexpr double kWorthwhileGain = 1.2;
inline constexpr double kMaxUtilisation = 0.95;      // for the queueing formula
inline constexpr double kCapacityUtilisation = 0.3;  // capacity statements need load
inline constexpr double kCapacityQueue = 0.1;        // ... or a queue

}  // namespace boundscope
