#include "report/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

#include "report/escape.h"
#include "report/format.h"
#include "report/wording.h"

namespace boundscope {
namespace {

// The reasons of a verdict, asked by code.
class Facts {
 public:
  explicit Facts(const Analysis& analysis) : analysis_(analysis) {}

  bool has(std::string_view code) const { return find(code) != nullptr; }
  // Whether it is as large as it has to be to decide.
  bool decides(std::string_view code) const {
    const Reason* reason = find(code);
    return reason != nullptr && reason->value >= reason->threshold;
  }

  std::string who() const {
    return analysis_.load.view == View::requests ? "requests" : "its threads";
  }

  // " (93 % of their time)", or nothing if the verdict does not rest on any of `codes`.
  std::string of_their_time(std::initializer_list<std::string_view> codes) const {
    for (const std::string_view code : codes)
      if (const Reason* reason = find(code))
        return " (" + percent(reason->value) + " of their time)";
    return "";
  }

  std::string of_cpu_time(std::string_view code) const {
    const Reason* reason = find(code);
    return reason ? " (" + percent(reason->value) + " of the CPU time)" : "";
  }

  std::string subject(std::string_view code, std::string_view unnamed) const {
    const Reason* reason = find(code);
    return reason && !reason->subject.empty() ? detail_words(reason->subject)
                                              : std::string(unnamed);
  }

 private:
  const Reason* find(std::string_view code) const {
    const auto& reasons = analysis_.verdict.reasons;
    const auto found = std::find_if(reasons.begin(), reasons.end(),
                                    [&](const Reason& reason) { return reason.code == code; });
    return found == reasons.end() ? nullptr : &*found;
  }

  const Analysis& analysis_;
};

std::string single_thread_sentence(const Facts& facts) {
  if (facts.has("interpreter_lock"))
    return "CPU-bound on a single thread: the interpreter lock lets only one thread compute at a "
           "time" +
           facts.of_their_time({"interpreter_lock"}) + ".";
  return fmt::format("CPU-bound on a single thread: \"{}\" is busy all the time{}.",
                     facts.subject("loop_saturated", "one thread"),
                     facts.has("machine_not_full") ? " while other CPUs are free" : "");
}

std::string starved_sentence(const Facts& facts) {
  std::string_view by = "other programs take the CPUs";
  if (facts.has("steal_share")) by = "the hypervisor takes the CPUs";
  const bool by_quota = facts.decides("throttled_share") || facts.decides("throttled_periods");
  if (by_quota) by = "the CPU quota is used up";
  return fmt::format("Starved of CPU: {} could run but {}{}.", facts.who(), by,
                     by_quota ? facts.of_their_time({"throttled_share", "run_queue_share"})
                              : facts.of_their_time({"run_queue_share"}));
}

std::string gc_sentence(const Facts& facts) {
  return fmt::format(
      "Memory-bound: {}collecting garbage and allocating{}{}.",
      facts.has("gc_tail") ? "the slowest requests are those that meet stops for " : "",
      facts.has("gc_tail") ? "" : " costs more than anything else",
      facts.of_their_time({"gc_share"}));
}

std::string pool_sentence(const Facts& facts) {
  std::string busy;
  if (facts.has("workers_wait_upstream"))
    busy = "; busy workers wait for " + facts.subject("workers_wait_upstream", "a peer");
  if (facts.has("workers_wait_disk")) busy = "; busy workers wait for the disk";
  return fmt::format("Contention: {} queue for a free worker or connection{}{}.", facts.who(),
                     facts.of_their_time({"queue_share"}), busy);
}

std::string inconclusive_sentence(const Analysis& analysis) {
  if (analysis.verdict.reasons.empty())
    return "Inconclusive: the evidence does not carry an answer.";
  return "Inconclusive: " + reason_words(analysis.verdict.reasons.front(), analysis.load.view) +
         ".";
}

std::string idle_sentence(const Analysis& analysis) {
  const std::string why =
      analysis.load.idle_share
          ? "nothing was in progress " + percent(*analysis.load.idle_share) + " of the time"
          : "it had next to nothing to do";
  return "Idle: " + why + ", so nothing bounds it at this load.";
}

std::string cause_sentence(const Analysis& analysis) {
  const Facts facts(analysis);
  const std::string who = facts.who();
  switch (analysis.verdict.cause) {
    case Cause::language:
      return "CPU-bound in its own code" + facts.of_cpu_time("owner_language") + ".";
    case Cause::native:
      return fmt::format("CPU-bound in native libraries, mostly {}{}.",
                         facts.subject("owner_native", "unnamed ones"),
                         facts.of_cpu_time("owner_native"));
    case Cause::kernel:
      return fmt::format("CPU-bound in the kernel, mostly {}{}.",
                         facts.subject("owner_kernel", "other work"),
                         facts.of_cpu_time("owner_kernel"));
    case Cause::single_thread:
      return single_thread_sentence(facts);
    case Cause::starved:
      return starved_sentence(facts);
    case Cause::gc:
      return gc_sentence(facts);
    case Cause::stall:
      return "Memory-bound: its CPUs wait for caches and DRAM" + facts.of_cpu_time("stall_share") +
             ".";
    case Cause::capacity:
      return fmt::format("Memory-bound: {} wait for pages because memory is short{}.", who,
                         facts.of_their_time({"paging_share"}));
    case Cause::upstream:
      return fmt::format("I/O-bound: {} wait for {}{}.", who,
                         facts.subject("upstream_share", "others to answer"),
                         facts.of_their_time({"upstream_share"}));
    case Cause::disk:
      return fmt::format("I/O-bound: {} wait for the disk, mostly {}{}.", who,
                         facts.subject("disk_share", "other operations"),
                         facts.of_their_time({"disk_share"}));
    case Cause::transfer:
      return fmt::format("I/O-bound: {} wait for readers that are slow to take the answer{}.", who,
                         facts.of_their_time({"transfer_share"}));
    case Cause::lock:
      return fmt::format("Contention: {} wait for each other at locks{}.", who,
                         facts.of_their_time({"lock_share"}));
    case Cause::pool:
      return pool_sentence(facts);
    case Cause::none:
      if (analysis.verdict.bound == Bound::cpu) {
        return fmt::format(
            "CPU-bound{}; whose CPU time it is takes CPU samples, and there are none.",
            facts.of_their_time({"cpu_share"}));
      }
      break;
  }
  return inconclusive_sentence(analysis);
}

// The language that the answer rests on; the first one where it rests on none.
const LanguageGains* judged_language(const Rewrite& rewrite) {
  for (const LanguageGains& gains : rewrite.to)
    if (gains.language == rewrite.reason.subject) return &gains;
  return rewrite.to.empty() ? nullptr : &rewrite.to.front();
}

// "make latency 1.1x to 1.4x shorter and need 2.0x to 3.1x less CPU per request": what a rewrite
// could plausibly reach; empty if nothing.
std::string plausible_goals(const Rewrite& rewrite) {
  std::string goals;
  const auto add = [&](const Gain& gain, std::string_view before, std::string_view after) {
    if (gain.answer != Answer::plausible || !gain.gain) return;
    goals += fmt::format("{}{} {} {}", goals.empty() ? "" : " and ", before,
                         ratio_range(gain.gain->low, gain.gain->high), after);
  };
  const LanguageGains* gains = judged_language(rewrite);
  if (gains == nullptr) return goals;
  add(gains->latency, "make latency", "shorter");
  add(gains->tail, "make the tail", "shorter");
  add(gains->capacity, "need", "less CPU per request");
  add(gains->memory, "need", "less memory");
  return goals.empty() || gains->language == "any" ? goals
                                                   : goals + " (" + escaped(gains->language) + ")";
}

std::string rewrite_answer(const Rewrite& rewrite) {
  const std::string goals = plausible_goals(rewrite);
  switch (rewrite.answer) {
    case Answer::plausible:
      return "A rewrite could plausibly " + (goals.empty() ? "help" : goals) + ".";
    case Answer::unlikely:
      if (rewrite.reason.code == "no_need") return sentence(gain_words(rewrite.reason));
      return "A rewrite is unlikely to help" +
             (goals.empty() ? "." : " where it matters, though it could plausibly " + goals + ".");
    case Answer::inconclusive:
      break;
  }
  return goals.empty()
             ? "Whether a rewrite would help cannot be said."
             : "Whether a rewrite would help cannot be said; it could plausibly " + goals + ".";
}

// Waiting stays; what CPU time and memory there is may still shrink.
std::string rewrite_of_waiting(const Rewrite& rewrite) {
  const std::string goals = plausible_goals(rewrite);
  const std::string stays = "A rewrite cannot make the waiting shorter";
  if (goals.empty()) return stays + ".";
  if (rewrite.answer == Answer::unlikely)
    return stays + ", and what it could plausibly do hardly matters here: " + goals + ".";
  return stays + "; it could plausibly " + goals + ".";
}

}  // namespace

std::string verdict_sentence(const Analysis& analysis) {
  const Verdict& verdict = analysis.verdict;
  if (verdict.bound == Bound::idle) return idle_sentence(analysis);
  if (verdict.bound == Bound::inconclusive) return inconclusive_sentence(analysis);
  return cause_sentence(analysis);
}

std::string consequence_sentence(const Analysis& analysis) {
  const Verdict& verdict = analysis.verdict;
  const Rewrite& rewrite = analysis.rewrite;
  if (verdict.bound == Bound::idle)
    return "Measure again under its usual load, or longer (-d 120), before you decide on a "
           "rewrite.";
  if (verdict.bound == Bound::inconclusive) {
    const std::string advice =
        verdict.reasons.empty() ? "" : reason_advice(verdict.reasons.front().code);
    return advice.empty() ? "Measure longer (-d 120), under more load." : sentence(advice);
  }
  switch (verdict.cause) {
    case Cause::upstream:
    case Cause::disk:
    case Cause::transfer:
      return rewrite_of_waiting(rewrite);
    case Cause::native:
      return "A rewrite that calls the same libraries keeps that work. " + rewrite_answer(rewrite);
    case Cause::kernel:
      return "A rewrite that asks the kernel for the same keeps that work. " +
             rewrite_answer(rewrite);
    case Cause::single_thread:
      return "More processes or workers come first. " + rewrite_answer(rewrite);
    case Cause::starved:
      return "More CPU comes first. " + rewrite_answer(rewrite);
    case Cause::stall:
      return "How its data lies in memory matters more than the language. " +
             rewrite_answer(rewrite);
    case Cause::capacity:
      return "More memory comes first. " + rewrite_answer(rewrite);
    case Cause::lock:
      return "A rewrite that keeps the lock keeps the waiting. " + rewrite_answer(rewrite);
    case Cause::pool:
      return "More workers or connections come first. " + rewrite_answer(rewrite);
    default:
      return rewrite_answer(rewrite);
  }
}

}  // namespace boundscope
