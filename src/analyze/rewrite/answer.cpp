#include "analyze/rewrite/answer.h"

#include <algorithm>
#include <array>
#include <utility>

#include "analyze/memory.h"
#include "analyze/thresholds.h"

namespace boundscope {
namespace {

// The value at probability p; moves the values.
double nth(std::vector<double>& values, double p) {
  const auto index = static_cast<std::ptrdiff_t>(p * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + index, values.end());
  return values[static_cast<std::size_t>(index)];
}

double utilisation(const Subject& subject) {
  return std::max(subject.evidence.run.loop, subject.evidence.run.machine);
}

double cpu_queue(const Figures& run) {
  return run.run_queue + run.throttled + run.interpreter_lock + run.cpu_queue;
}

// Waits that a rewrite leaves as they are. Queueing for a worker is not among them.
struct Waits {
  double share = 0;
  std::string largest;
};
Waits waits_of(const Subject& subject) {
  const std::array<std::pair<Candidate, std::string>, 6> kinds{
      std::pair{Candidate::upstream, subject.names.peer},
      std::pair{Candidate::disk, subject.names.disk_operation},
      std::pair{Candidate::lock, subject.names.lock},
      std::pair{Candidate::memory, std::string("memory")},
      std::pair{Candidate::transfer, std::string("slow_readers")},
      std::pair{Candidate::unattributed, std::string("unaccounted")}};
  Waits waits;
  double most = -1;
  for (const auto& [which, name] : kinds) {
    const double share = subject.candidate(which);
    waits.share += share;
    if (share <= most) continue;
    most = share;
    waits.largest = name;
  }
  return waits;
}

Reason cpu_stays(const Subject& subject) {
  const double native = subject.owner(CpuOwner::native_library);
  const double kernel = subject.owner(CpuOwner::kernel);
  return gain_reason("cpu_stays", native + kernel,
                     native >= kernel ? subject.names.library : subject.names.subsystem);
}

double language_share(const Subject& subject) {
  double share = 0;
  for (const CpuOwner owner :
       {CpuOwner::application, CpuOwner::interpreter, CpuOwner::jit_compiler, CpuOwner::gc,
        CpuOwner::allocator, CpuOwner::runtime, CpuOwner::builtin}) {
    share += subject.owner(owner) * (1 - subject.elsewhere.of(owner));
  }
  return share;
}

// Why a gain that rests on the CPU time is neither here nor there.
Reason undecided(const Gain& gain, const Subject& subject) {
  if (subject.evidence.run.samples < kMinSamplesForOwner) {
    return gain_reason("few_samples", subject.evidence.run.samples, {}, kMinSamplesForOwner);
  }
  if (subject.owner(CpuOwner::unknown) > kMaxUnknownSamples) {
    return gain_reason("unknown_owner", subject.owner(CpuOwner::unknown));
  }
  return gain_reason("chance", gain.probability);
}

// A run in which next to nothing was seen carries no answer about time.
bool verdict_open(const Subject& subject) {
  if (subject.verdict.bound != Bound::inconclusive) return false;
  constexpr std::array<std::string_view, 4> kMixed{"no_dominant", "attribution", "few_samples",
                                                   "unattributed"};
  const auto& reasons = subject.verdict.reasons;
  return reasons.empty() ||
         std::find(kMixed.begin(), kMixed.end(), reasons.front().code) == kMixed.end();
}

// Takes the answer back where nothing can be said about time at all.
bool silenced(Gain& gain, const Subject& subject) {
  if (subject.verdict.bound == Bound::idle) {
    gain.answer = Answer::inconclusive;
    gain.reason = gain_reason("idle", subject.facts.idle_share);
    return true;
  }
  if (!verdict_open(subject)) return false;
  gain.answer = Answer::inconclusive;
  gain.reason = gain_reason("verdict_open");
  return true;
}

}  // namespace

Estimate range_of(std::vector<double> gains) {
  const double low = nth(gains, 0.1), mid = nth(gains, 0.5), high = nth(gains, 0.9);
  return {mid, low, high};
}

Gain judged(std::vector<double> gains) {
  Gain gain;
  if (gains.empty()) return gain;
  const auto worth = std::count_if(gains.begin(), gains.end(),
                                   [](double value) { return value >= kWorthwhileGain; });
  gain.probability = static_cast<double>(worth) / static_cast<double>(gains.size());
  if (gain.probability >= kPlausible) gain.answer = Answer::plausible;
  if (gain.probability <= kUnlikely) gain.answer = Answer::unlikely;
  gain.gain = range_of(std::move(gains));
  return gain;
}

Reason gain_reason(std::string_view code, double value, std::string subject, double threshold) {
  return {std::string(code), value, value, value, threshold, std::move(subject)};
}

void explain_latency(Gain& gain, const Subject& subject) {
  if (!gain.gain) {
    gain.reason = gain_reason("no_requests");
    return;
  }
  if (silenced(gain, subject)) return;
  const Figures& run = subject.evidence.run;
  const Waits waits = waits_of(subject);
  const double queue = subject.candidate(Candidate::pool);
  if (gain.answer == Answer::plausible) {
    gain.reason =
        gain_reason("language_bound", (run.cpu + cpu_queue(run)) * language_share(subject));
  } else if (gain.answer == Answer::unlikely) {
    if (queue >= kWorthAnAction && queue > waits.share) {
      gain.reason = gain_reason("pool_decides", queue);
    } else if (waits.share >= 0.5) {
      gain.reason = gain_reason("waits_stay", waits.share, waits.largest);
    } else if (subject.source.compiled) {
      gain.reason = gain_reason("already_native", 0, subject.source.language);
    } else {
      gain.reason = cpu_stays(subject);
    }
  } else if (queue >= kWorthAnAction) {
    gain.reason = gain_reason("pool_decides", queue);
  } else {
    gain.reason = undecided(gain, subject);
  }
}

void explain_tail(Gain& gain, const Subject& subject) {
  if (!gain.gain) {
    gain.reason = subject.has_requests()
                      ? gain_reason("few_requests", subject.facts.finished, {}, kCompletionsForP99)
                      : gain_reason("no_requests");
    return;
  }
  const auto& tail = subject.facts.tail;
  const bool by_stops =
      gain.answer == Answer::plausible && tail && tail->ratio.value > kWorthwhileGain;
  explain_latency(gain, subject);
  if (by_stops && gain.answer == Answer::plausible) {
    gain.reason = gain_reason("stops_make_tail", tail->ratio.value);
  }
}

bool capacity_matters(const Subject& subject) {
  return utilisation(subject) >= kCapacityUtilisation || subject.facts.cores >= kCapacityCores ||
         cpu_queue(subject.evidence.run) >= kCapacityQueue;
}

bool memory_matters(const Subject& subject) {
  const auto& memory = subject.memory;
  const std::optional<double> held = held_bytes(memory);
  if (!held) return false;
  if (subject.verdict.bound == Bound::memory) return true;
  return *held >= kMuchMemoryBytes ||
         (memory.limit_bytes && *held >= kMuchOfLimit * *memory.limit_bytes);
}

bool is_fast(const Subject& subject) {
  const Load& load = subject.load;
  return load.latency_mean_ms && *load.latency_mean_ms <= kFastMeanMs &&
         load.latency_p99_ms.value_or(0) <= kFastP99Ms;
}

void explain_capacity(Gain& gain, const Subject& subject) {
  const double samples = subject.evidence.run.samples;
  if (!gain.gain) {
    gain.reason = gain_reason("few_samples", samples, {}, kMinSamplesForRange);
    return;
  }
  if (silenced(gain, subject)) return;
  if (samples < kMinSamplesForOwner) {
    gain.answer = Answer::inconclusive;
    gain.reason = undecided(gain, subject);
  } else if (gain.answer == Answer::plausible && !capacity_matters(subject)) {
    gain.answer = Answer::inconclusive;
    gain.reason = gain_reason("low_load", subject.facts.cores);
  } else if (gain.answer == Answer::plausible) {
    gain.reason = gain_reason("language_cpu", language_share(subject));
  } else if (gain.answer == Answer::unlikely) {
    gain.reason = subject.source.compiled
                      ? gain_reason("already_native", 0, subject.source.language)
                      : cpu_stays(subject);
    if (!subject.source.compiled && gain.reason.value < 0.5) {
      gain.reason = gain_reason("chance", gain.probability);
    }
  } else {
    gain.reason = undecided(gain, subject);
  }
}

void explain_throughput(Gain& gain, const Subject& subject) {
  if (!gain.gain) {
    gain.reason = gain_reason("not_saturating", utilisation(subject));
    return;
  }
  explain_capacity(gain, subject);
}

void explain_memory(Gain& gain, const Subject& subject) {
  if (!gain.gain) {
    gain.reason = gain_reason("no_memory");
    return;
  }
  const double held = held_bytes(subject.memory).value_or(0);
  gain.reason = subject.memory.live_heap_bytes && held > 0
                    ? gain_reason("memory_from_heap", *subject.memory.live_heap_bytes / held)
                    : gain_reason("memory_from_rss", held);
}

void answer_rewrite(Rewrite& rewrite, const Subject& subject) {
  struct Row {
    std::string_view code;
    const Gain LanguageGains::*gain;
    bool matters;
  };
  const std::array<Row, 4> rows{
      Row{"goal_latency", &LanguageGains::latency, true},
      Row{"goal_capacity", &LanguageGains::capacity, capacity_matters(subject)},
      Row{"goal_tail", &LanguageGains::tail, true},
      Row{"goal_memory", &LanguageGains::memory, memory_matters(subject)}};
  rewrite.answer = Answer::inconclusive;
  if (subject.verdict.bound == Bound::idle) {
    rewrite.reason = gain_reason("idle", subject.facts.idle_share);
    return;
  }
  if (verdict_open(subject)) {
    rewrite.reason = gain_reason("verdict_open");
    return;
  }
  const bool slow = !is_fast(subject);
  if (!slow && !rows[1].matters && !rows[3].matters) {
    rewrite.answer = Answer::unlikely;
    rewrite.reason = gain_reason("no_need", utilisation(subject));
    return;
  }
  bool open = false;
  double best = 0;
  for (const LanguageGains& to : rewrite.to) {
    for (const Row& row : rows) {
      const Gain& gain = to.*row.gain;
      if (!row.matters || !gain.gain) continue;
      // Between compiled languages chance goes both ways: that keeps nothing open.
      const bool alike = subject.source.compiled && !collects(to.language);
      open = open || (!alike && gain.answer == Answer::inconclusive && gain.probability >= kOpen);
      if (gain.answer != Answer::plausible || gain.gain->value <= best) continue;
      best = gain.gain->value;
      rewrite.answer = Answer::plausible;
      rewrite.reason = gain_reason(row.code, best, to.language);
    }
  }
  if (rewrite.answer == Answer::plausible) return;
  const bool measured = std::any_of(rewrite.to.begin(), rewrite.to.end(), [](const auto& to) {
    return to.latency.gain || to.capacity.gain;
  });
  if (!measured) {
    rewrite.reason = gain_reason("no_priors", 0, subject.source.language);
  } else if (open) {
    rewrite.reason = gain_reason("chance");
  } else {
    rewrite.answer = Answer::unlikely;
    rewrite.reason = gain_reason("nothing_gains");
  }
}

}  // namespace boundscope
