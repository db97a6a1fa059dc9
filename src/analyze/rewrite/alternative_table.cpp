#include "analyze/rewrite/alternative_table.h"

#include <algorithm>
#include <utility>

#include "analyze/rewrite/answer.h"

namespace boundscope {
namespace {

constexpr double kNoticeable = 1.05;  // at best: a smaller gain is not worth a row

// What comes first of those that gain about the same: a rewrite costs most, a part of one half of
// that, and a peer is somebody else's. [E]
double effort(const Alternative& row) {
  if (row.action == "rewrite") return 2;
  if (row.action == "native_hot_part") return 1.5;
  return row.action == "speed_up_upstream" ? 1.05 : 1;
}

// Whether it changes the very thing that bounds the service.
bool removes_bound(const std::string& action, Cause cause) {
  switch (cause) {
    case Cause::starved:
      return action == "raise_quota" || action == "limit_threads";
    case Cause::single_thread:
      return action == "more_processes";
    case Cause::gc:
      return action == "more_heap_room" || action == "other_collector";
    case Cause::capacity:
      return action == "more_memory";
    case Cause::upstream:
      return action == "cache_upstream" || action == "batch_calls" || action == "speed_up_upstream";
    case Cause::disk:
      return action == "faster_disk" || action == "fewer_syncs";
    case Cause::lock:
      return action == "fix_lock";
    case Cause::pool:
      return action == "more_workers";
    default:
      return false;
  }
}

bool same_action(const Alternative& a, const Alternative& b) {
  return a.goal == b.goal && a.action == b.action && a.subject == b.subject;
}

}  // namespace

std::vector<double> AlternativeTable::gains(Goal goal, const Effect& effect) const {
  const bool time = subject_.has_requests() && subject_.evidence.run.whole > 0;
  if (goal == Goal::latency && !time) return {};
  if (goal == Goal::tail && !(time && subject_.fixed.p99)) return {};
  std::vector<double> gains;
  gains.reserve(subject_.worlds.size());
  for (std::size_t i = 0; i < subject_.worlds.size(); ++i) {
    const World& world = subject_.worlds[i];
    const Change change = effect(world, subject_.standards[i]);
    if (goal == Goal::latency) gains.push_back(model_.latency(world, change));
    if (goal == Goal::tail) gains.push_back(model_.tail(world, change));
    if (goal == Goal::capacity) gains.push_back(Model::capacity(change));
  }
  return gains;
}

void AlternativeTable::add(const Action& action, std::initializer_list<Goal> goals,
                           const Effect& effect) {
  for (const Goal goal : goals) {
    std::vector<double> values = gains(goal, effect);
    if (values.empty()) continue;
    const Estimate range = range_of(std::move(values));
    if (range.high < kNoticeable) continue;
    rows_.push_back({action.code, action.subject, goal, range, action.parameter});
  }
}

std::vector<Alternative> AlternativeTable::ranked() const {
  // The first row of an action is its smallest variant; rows of the others follow it.
  std::vector<std::pair<double, std::size_t>> rank(rows_.size());
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const auto first = std::find_if(rows_.begin(), rows_.end(), [&](const Alternative& row) {
      return same_action(row, rows_[i]);
    });
    rank[i] = {first->gain.value / effort(*first), static_cast<std::size_t>(first - rows_.begin())};
  }
  std::vector<std::size_t> order(rows_.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (rows_[a].goal != rows_[b].goal) return rows_[a].goal < rows_[b].goal;
    const bool first = removes_bound(rows_[a].action, subject_.verdict.cause);
    if (first != removes_bound(rows_[b].action, subject_.verdict.cause)) return first;
    if (rank[a].first != rank[b].first) return rank[a].first > rank[b].first;
    return rank[a].second < rank[b].second;
  });
  std::vector<Alternative> ranked;
  for (const std::size_t i : order) ranked.push_back(rows_[i]);
  return ranked;
}

}  // namespace boundscope
