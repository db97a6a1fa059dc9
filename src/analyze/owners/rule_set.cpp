#include "analyze/owners/rule_set.h"

#include <algorithm>

#include "analyze/owners/glob.h"
#include "analyze/owners/tables.h"

namespace boundscope {
namespace {

bool looks_far(Where where) {
  return where == Where::stack || where == Where::inner || where == Where::loop;
}

std::vector<const Rule*> pick(const std::vector<Rule>& rules, bool only_far) {
  std::vector<const Rule*> picked;
  for (const Rule& rule : rules) {
    if (!only_far || looks_far(rule.where)) picked.push_back(&rule);
  }
  return picked;
}

bool is_loop(const std::vector<const Rule*>& rules) {
  return std::any_of(rules.begin(), rules.end(),
                     [](const Rule* rule) { return rule->where == Where::loop; });
}

bool fits_thread(const Rule& rule, std::string_view comm) {
  return std::any_of(rule.threads.begin(), rule.threads.end(),
                     [&](std::string_view glob) { return glob_fits(glob, comm); });
}

}  // namespace

std::string_view table_of(Runtime runtime) {
  switch (runtime) {
    case Runtime::go:
      return "go";
    case Runtime::jvm:
      return "jvm";
    case Runtime::node:
      return "node";
    case Runtime::cpython:
      return "cpython";
    case Runtime::ruby:
      return "ruby";
    case Runtime::php:
      return "php";
    case Runtime::beam:
      return "beam";
    case Runtime::dotnet:
      return "dotnet";
    default:  // compiled programs, and those that no detection knows yet
      return "native";
  }
}

RuleSet::RuleSet(const Recording& recording, Runtime runtime, std::string_view executable)
    : no_frame_(static_cast<std::uint32_t>(recording.frames.size())),
      rules_(owner_rules(table_of(runtime))),
      near_(recording, pick(rules_, false), executable),
      far_(recording, pick(rules_, true), executable) {}

RuleSet::Decision RuleSet::decide(std::span<const std::uint32_t> frames, std::string_view comm) {
  while (true) {
    const Decision decision = first_rule(frames, comm);
    if (decision.rule == nullptr || decision.rule->where != Where::through) return decision;
    frames = frames.subspan(1);
  }
}

// Where frames the interpreter's loop called end: its position, or 1 where the stack does not reach
// it. What looks like a caller then may be none.
std::size_t RuleSet::inner_end(std::span<const std::uint32_t> frames) {
  for (std::size_t i = 1; i < frames.size(); ++i) {
    if (is_loop(far_.of(frames[i]))) return i;
  }
  return 1;
}

RuleSet::Decision RuleSet::first_rule(std::span<const std::uint32_t> frames,
                                      std::string_view comm) {
  // Without a stack there is still the thread to go by.
  const std::uint32_t leaf = frames.empty() ? no_frame_ : frames[0];
  Decision first{nullptr, leaf};
  const auto consider = [&](std::uint32_t frame, FrameRules& rules, auto reaches) {
    for (const Rule* rule : rules.of(frame)) {
      if (first.rule != nullptr && rule >= first.rule) return;  // they are in one array, in order
      if (reaches(rule->where) && fits_thread(*rule, comm)) first = {rule, frame};
    }
  };
  const bool may_look_through = frames.size() > 1;
  consider(leaf, near_, [&](Where where) {
    return where != Where::loop && (where != Where::through || may_look_through);
  });
  const std::size_t inner = inner_end(frames);
  for (std::size_t i = 1; i < frames.size(); ++i) {
    consider(frames[i], i == 1 ? near_ : far_, [&](Where where) {
      return where == Where::stack || (where == Where::inner && i < inner) ||
             (where == Where::caller && i == 1);
    });
  }
  return first;
}

}  // namespace boundscope
