// Verdict: what bounds the target, and what a rewrite or a cheaper change could move.
//
// Plain values; analyze() in analysis.h fills them, src/report words them. Whatever a reader needs
// in order to disagree is in `reasons`. The rules are explained in docs/method.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "boundscope/priors.h"

namespace boundscope {

struct Estimate {
  double value = 0;
  double low = 0;
  double high = 0;
};

enum class Bound { cpu, memory, io, contention, idle, inconclusive };
enum class Cause {
  none,  // idle and inconclusive; cpu where no CPU samples could be taken
  language,
  native,
  kernel,
  single_thread,
  starved,  // cpu
  gc,
  stall,
  capacity,  // memory
  upstream,
  disk,
  transfer,  // io
  lock,
  pool,  // contention
};

// One argument for the verdict; worded in src/report/wording.
struct Reason {
  std::string code;  // stable, snake_case: "upstream_share", "loop_saturated" ...
  double value = 0;
  double low = 0;
  double high = 0;
  double threshold = 0;  // what it was held against; 0 if nothing
  std::string subject;
};

struct Verdict {
  Bound bound = Bound::inconclusive;
  Cause cause = Cause::none;
  double confidence = 0;        // probability that bound and cause hold, given the data's variation
  std::vector<Reason> reasons;  // strongest first; for inconclusive: why
};

enum class Answer { plausible, unlikely, inconclusive };
enum class Goal { latency, tail, capacity, memory };

struct Gain {  // ratio before/after; 1 is nothing, 2 is half
  Answer answer = Answer::inconclusive;
  std::optional<Estimate> gain;  // p10, p50 (value), p90 of the draws; empty: cannot be said
  double probability = 0;        // that it is worth while: at least kWorthwhileGain
  Reason reason;                 // of the answer
};
struct LanguageGains {
  std::string language;  // "any": the target's language is not known
  Gain latency, tail, capacity, memory;
  Gain throughput;            // requests a second at saturation, after / before
  std::vector<Prior> priors;  // the cells that were used
};
struct Rewrite {
  Answer answer = Answer::inconclusive;
  Reason reason;     // of the answer
  std::string from;  // the target's language as the priors name it; empty: not known
  std::vector<LanguageGains> to;
  // What of the time and of the CPU time is the language's: code, runtime, collector, built-ins.
  std::optional<Estimate> language_request_time, language_cpu_time;
  std::vector<std::string> assumes;  // codes, worded in the report
};
struct Alternative {
  std::string action;  // code, worded in the report; "rewrite" with the language as subject
  std::string subject;
  Goal goal = Goal::latency;
  Estimate gain;                      // p10, p50, p90
  std::optional<double> parameter{};  // how much of it: a hit rate, calls a request, a limit
};

std::string_view to_string(Bound value);
std::string_view to_string(Cause value);  // "single-thread" for single_thread; "" for none
std::string_view to_string(Answer value);
std::string_view to_string(Goal value);

}  // namespace boundscope
