#include "analyze/rewrite.h"

#include <algorithm>

#include "analyze/intervals.h"
#include "analyze/thresholds.h"

namespace boundscope {
namespace {

constexpr double kMinRest = 0.01;       // a gain is never claimed beyond 100
constexpr double kMaterialShare = 0.2;  // of the request time: worth an alternative

double gain_from(double rest) { return 1 / std::clamp(rest, kMinRest, 1.0); }

double group(const Figures& figures, OwnerGroup which) {
  return figures.group[static_cast<std::size_t>(which)];
}

// CPU time a rewrite could make vanish; samples of unknown owner count for the ceiling only.
double language_share(const Figures& figures, bool with_unknown) {
  return std::min(1.0, group(figures, OwnerGroup::language) +
                           (with_unknown ? group(figures, OwnerGroup::unknown) : 0));
}

// Waiting in a queue shrinks by h in a closed system and by more in an open one: W ~ h^2 / (1 - h
// rho).
double open_queue_factor(double h, double utilisation) {
  const double rho = std::min(utilisation, kMaxUtilisation);
  return h * h * (1 - rho) / (1 - h * rho);
}

double cpu_queue(const Figures& figures) {
  return figures.run_queue + figures.throttled + figures.interpreter_lock + figures.cpu_queue;
}

double utilisation(const Figures& figures) { return std::max(figures.loop, figures.machine); }

// Everything a language is responsible for vanishes, and the queue with it.
double latency_ceiling(const Figures& figures) {
  const double h = 1 - language_share(figures, true);
  const double queue = cpu_queue(figures);
  const double rest =
      1 - (1 - h) * figures.cpu - (1 - open_queue_factor(h, utilisation(figures))) * queue;
  return gain_from(rest);
}

// Half of it vanishes, and the queue shrinks in proportion.
double latency_middle(const Figures& figures) {
  const double vanishes = language_share(figures, false) / 2;
  return gain_from(1 - vanishes * (figures.cpu + cpu_queue(figures)));
}

double capacity_ceiling(const Figures& figures) {
  return gain_from(1 - language_share(figures, true));
}
double capacity_middle(const Figures& figures) {
  return gain_from(1 - language_share(figures, false) / 2);
}

// Probability over the draws that the gain is worth while.
template <class Gain>
double worthwhile(const Evidence& evidence, Gain gain) {
  if (evidence.draws.empty()) return 0;
  double count = 0;
  for (const Figures& draw : evidence.draws) count += gain(draw) > kWorthwhileGain ? 1 : 0;
  return count / static_cast<double>(evidence.draws.size());
}

template <class Middle, class Ceiling>
Gain bound_of(const Evidence& evidence, Middle middle, Ceiling ceiling) {
  std::vector<double> ceilings;
  for (const Figures& draw : evidence.draws) ceilings.push_back(ceiling(draw));
  const double value = middle(evidence.run);
  const double high = std::max({value, ceiling(evidence.run), quantile(ceilings, 0.95)});
  Gain gain;
  gain.gain = Estimate{value, 1, high};
  if (worthwhile(evidence, ceiling) <= 1 - kMinProbability) {
    gain.answer = Answer::unlikely;
  } else if (worthwhile(evidence, middle) >= kMinProbability) {
    gain.answer = Answer::plausible;
  }
  return gain;
}

// Fewer cores matter where cores are in use.
bool capacity_matters(const Figures& run) {
  return utilisation(run) >= kCapacityUtilisation || cpu_queue(run) >= kCapacityQueue;
}

// At low load the saving is not ruled out, but it is no reason for a rewrite either.
Answer overall(const LanguageGains& gains, const Figures& run) {
  const bool matters = capacity_matters(run);
  if (gains.latency.answer == Answer::plausible ||
      (matters && gains.capacity.answer == Answer::plausible)) {
    return Answer::plausible;
  }
  const bool unlikely = gains.latency.answer == Answer::unlikely &&
                        (!matters || gains.capacity.answer == Answer::unlikely);
  return unlikely ? Answer::unlikely : Answer::inconclusive;
}

bool measured(const Evidence& evidence) {
  return evidence.run.whole > 0 && evidence.run.samples >= kMinSamplesForOwner;
}

// Gain in mean latency if a part of the request time vanishes.
class AlternativeTable {
 public:
  explicit AlternativeTable(const Evidence& evidence) : evidence_(evidence) {}

  template <class Vanishes>
  void add(std::string_view action, std::string subject, Vanishes vanishes) {
    const Estimate share = evidence_.interval(vanishes);
    if (!(share.value > 0)) return;
    alternatives_.push_back({std::string(action),
                             std::move(subject),
                             Goal::latency,
                             {gain_from(1 - share.value), gain_from(1 - std::max(0.0, share.low)),
                              gain_from(1 - share.high)}});
  }
  std::vector<Alternative> take() { return std::move(alternatives_); }

 private:
  const Evidence& evidence_;
  std::vector<Alternative> alternatives_;
};

double candidate(const Figures& figures, Candidate which) {
  return figures.candidate[static_cast<std::size_t>(which)].value;
}

// Requests that queue for workers come on sooner when what the workers wait for is shorter.
double with_queue(const Figures& figures, Candidate which) {
  const double waits = candidate(figures, Candidate::upstream) +
                       candidate(figures, Candidate::disk) + candidate(figures, Candidate::memory);
  const double share = candidate(figures, which);
  return share + (waits > 0 ? figures.queue * share / waits : 0);
}

// Part of the CPU queue that goes away with the throttling.
double throttling(const Figures& figures) {
  const double wanted = figures.cpu + figures.run_queue + figures.throttled;
  return figures.throttled + (wanted > 0 ? figures.cpu_queue * figures.throttled / wanted : 0);
}

}  // namespace

Rewrite rewrite_of(const Verdict& verdict, const Evidence& evidence, const Facts& facts,
                   Runtime runtime) {
  Rewrite rewrite;
  rewrite.assumes = {"plain_bound",      "same_algorithm", "same_upstreams",
                     "same_concurrency", "at_this_load",   "rss_not_modelled"};
  LanguageGains gains;
  gains.language = "any";
  if (measured(evidence)) {
    if (facts.view == View::requests) {
      gains.latency = bound_of(evidence, latency_middle, latency_ceiling);
    }
    gains.capacity = bound_of(evidence, capacity_middle, capacity_ceiling);
    if (!capacity_matters(evidence.run) && gains.capacity.answer == Answer::plausible) {
      gains.capacity.answer = Answer::inconclusive;
    }
  } else if (facts.view == View::requests && evidence.run.whole > 0) {
    // Without owners all CPU time could be the language's: good enough to rule a rewrite out.
    const auto all_cpu = [](const Figures& f) { return gain_from(1 - f.cpu - cpu_queue(f)); };
    gains.latency = bound_of(
        evidence, [](const Figures&) { return 1.0; }, all_cpu);
  }
  if (runtime == Runtime::native) {
    rewrite.assumes.push_back("already_native");
    for (Gain* gain : {&gains.latency, &gains.capacity}) {
      if (gain->answer == Answer::plausible) gain->answer = Answer::inconclusive;
    }
  }
  const bool answered = verdict.bound != Bound::idle && verdict.bound != Bound::inconclusive;
  if (answered) {
    rewrite.answer = overall(gains, evidence.run);
  } else {
    gains.latency.answer = Answer::inconclusive;
    gains.capacity.answer = Answer::inconclusive;
  }
  rewrite.to.push_back(std::move(gains));
  return rewrite;
}

std::vector<Alternative> alternatives_of(const Verdict& verdict, const Evidence& evidence,
                                         const Facts& facts, const Names& names) {
  if (facts.view != View::requests || verdict.bound == Bound::idle ||
      verdict.bound == Bound::inconclusive) {
    return {};
  }
  const auto material = [&](Candidate which) {
    return candidate(evidence.run, which) >= kMaterialShare;
  };
  AlternativeTable table(evidence);
  if (material(Candidate::pool)) {
    table.add("more_workers", {}, [](const Figures& f) { return f.queue; });
  }
  if (material(Candidate::upstream) || (material(Candidate::pool) && !names.peer.empty())) {
    const auto half = [](const Figures& f) { return with_queue(f, Candidate::upstream) / 2; };
    table.add("cache_upstream", names.peer, half);
    table.add("speed_up_upstream", names.peer, half);
  }
  if (material(Candidate::disk)) {
    table.add("faster_disk", names.disk_operation,
              [](const Figures& f) { return with_queue(f, Candidate::disk) / 2; });
  }
  if (material(Candidate::memory)) {
    table.add("more_memory", {}, [](const Figures& f) { return candidate(f, Candidate::memory); });
  }
  if (material(Candidate::lock)) {
    table.add("fix_lock", names.lock,
              [](const Figures& f) { return candidate(f, Candidate::lock) / 2; });
  }
  if (verdict.cause == Cause::starved && facts.cpu_quota) table.add("raise_quota", {}, throttling);
  if (verdict.cause == Cause::single_thread) {
    // As many loops as the CPU limit has room for.
    const double loops = std::max(1.0, facts.cpu_limit);
    table.add("more_processes", names.busiest_thread, [loops](const Figures& f) {
      return (f.cpu_queue + f.interpreter_lock) * (1 - 1 / loops);
    });
  }
  return table.take();
}

}  // namespace boundscope
