#include "analyze/rewrite/predict.h"

#include <utility>

#include "analyze/rewrite/answer.h"
#include "analyze/rewrite/footprint.h"
#include "analyze/rewrite/language.h"

namespace boundscope {
namespace {

// Gains in all worlds, by goal.
struct Draws {
  std::vector<double> latency, tail, capacity, throughput;
};

Draws draws_of(const Subject& subject, const Language& language) {
  const Model model(subject.fixed);
  const bool latency = subject.has_requests() && subject.evidence.run.whole > 0;
  const bool tail = latency && subject.fixed.p99;
  const bool capacity = subject.evidence.run.samples >= kMinSamplesForRange;
  // Where requests queue for workers, those are what saturates.
  const bool throughput =
      capacity && capacity_matters(subject) && subject.candidate(Candidate::pool) < kWorthAnAction;
  Draws draws;
  for (std::size_t i = 0; i < subject.worlds.size(); ++i) {
    const World& world = subject.worlds[i];
    const Change change = language.change(world, subject.standards[i]);
    if (latency) draws.latency.push_back(model.latency(world, change));
    if (tail) draws.tail.push_back(model.tail(world, change));
    if (capacity) draws.capacity.push_back(Model::capacity(change));
    if (throughput) draws.throughput.push_back(model.throughput(world, change));
  }
  return draws;
}

void explain(LanguageGains& gains, const Subject& subject) {
  explain_latency(gains.latency, subject);
  explain_tail(gains.tail, subject);
  explain_capacity(gains.capacity, subject);
  explain_throughput(gains.throughput, subject);
  explain_memory(gains.memory, subject);
}

LanguageGains gains_of(const Subject& subject, const std::string& name,
                       const std::optional<Footprint>& footprint) {
  LanguageGains gains;
  gains.language = name;
  const auto language = Language::find(subject.priors, subject.source, subject.fixed, name);
  if (!language) {
    const Reason reason = gain_reason("no_priors", 0, name);
    for (Gain* gain :
         {&gains.latency, &gains.tail, &gains.capacity, &gains.memory, &gains.throughput}) {
      gain->reason = reason;
    }
    return gains;
  }
  Draws draws = draws_of(subject, *language);
  gains.latency = judged(std::move(draws.latency));
  gains.tail = judged(std::move(draws.tail));
  gains.capacity = judged(std::move(draws.capacity));
  gains.throughput = judged(std::move(draws.throughput));
  if (footprint) gains.memory = judged(memory_gains(*footprint, *language, subject.standards));
  gains.priors = language->cells();
  explain(gains, subject);
  return gains;
}

// Without priors for the language: all that is language-bound could vanish, or stay. Good enough to
// rule a rewrite out.
LanguageGains gains_of_unknown(const Subject& subject) {
  LanguageGains gains;
  gains.language = "any";
  const Model model(subject.fixed);
  const bool latency = subject.has_requests() && subject.evidence.run.whole > 0;
  const bool capacity = subject.evidence.run.samples >= kMinSamplesForRange;
  std::vector<double> by_latency, by_capacity;
  for (std::size_t i = 0; i < subject.worlds.size(); ++i) {
    const World& world = subject.worlds[i];
    const double stays = world.stays();
    Change change;
    change.cpu = stays + (1 - stays) * subject.standards[i].idiom;
    if (latency) by_latency.push_back(model.latency(world, change));
    if (capacity) by_capacity.push_back(Model::capacity(change));
  }
  gains.latency = judged(std::move(by_latency));
  gains.capacity = judged(std::move(by_capacity));
  explain(gains, subject);
  const Reason unknown = gain_reason("no_priors");
  for (Gain* gain : {&gains.latency, &gains.capacity, &gains.tail, &gains.memory}) {
    if (gain->answer == Answer::plausible) gain->answer = Answer::inconclusive;
    if (gain->answer == Answer::inconclusive || !gain->gain) gain->reason = unknown;
  }
  return gains;
}

void set_language_shares(Rewrite& rewrite, const Subject& subject) {
  const bool latency = subject.has_requests() && subject.evidence.run.whole > 0;
  if (!(subject.evidence.run.samples >= kMinSamplesForRange)) return;
  std::vector<double> of_time, of_cpu;
  for (const World& world : subject.worlds) {
    const double language = 1 - world.stays();
    of_cpu.push_back(language);
    of_time.push_back((world.run + world.cpu_queue()) * language + world.stopped);
  }
  rewrite.language_cpu_time = range_of(std::move(of_cpu));
  if (latency) rewrite.language_request_time = range_of(std::move(of_time));
}

}  // namespace

Rewrite rewrite_of(const Subject& subject, const std::vector<std::string>& to) {
  Rewrite rewrite;
  rewrite.from = subject.source.language;
  rewrite.assumes = {"same_algorithm", "same_upstreams", "same_concurrency", "at_this_load",
                     "one_run"};
  set_language_shares(rewrite, subject);
  const auto footprint = footprint_of(subject.memory, subject.source, subject.priors);
  const std::vector<std::string> targets = to.empty() ? usual_targets(subject.source) : to;
  bool known = false;
  for (const std::string& name : targets) {
    known = known || subject.priors.find(PriorKind::code, subject.source.language, name) != nullptr;
  }
  if (known || !to.empty()) {
    for (const std::string& name : targets) {
      rewrite.to.push_back(gains_of(subject, name, footprint));
    }
  } else {
    rewrite.to.push_back(gains_of_unknown(subject));
    rewrite.assumes.emplace_back("language_unknown");
  }
  if (subject.source.compiled) rewrite.assumes.emplace_back("already_native");
  answer_rewrite(rewrite, subject);
  return rewrite;
}

}  // namespace boundscope
