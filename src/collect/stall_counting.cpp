#include "collect/stall_counting.h"

#include <algorithm>
#include <cmath>

namespace boundscope {
namespace {

constexpr std::size_t kMostThreads = 8;
constexpr std::chrono::milliseconds kLongestLook{60};
constexpr std::chrono::milliseconds kShortestLook{5};
constexpr std::chrono::milliseconds kEvery{300};
constexpr double kSwitchNs = 1500;    // what counting adds to a context switch [E]
constexpr double kCostShare = 0.001;  // of a CPU, in the target
constexpr double kMustDiffer = 0.4;   // methods.md 2.2

}  // namespace

PmuRates::PmuRates(const PmuEventSet& set) : set_(&set) { forget(); }

void PmuRates::forget() {
  sums_.clear();
  for (const PmuGroup& group : set_->groups)
    sums_.push_back({0, std::vector<double>(group.events.size(), 0.0)});
}

void PmuRates::add(std::size_t group, const PmuCounts& counts) {
  PmuCounts& sum = sums_.at(group);
  sum.cycles += counts.cycles;
  for (std::size_t i = 0; i < sum.events.size() && i < counts.events.size(); ++i)
    sum.events[i] += counts.events[i];
}

double PmuRates::cycles() const {
  double cycles = 0;
  for (const PmuCounts& sum : sums_) cycles += sum.cycles;
  return cycles;
}

std::optional<double> PmuRates::memory_share() const {
  std::vector<double> rates;
  for (const PmuCounts& sum : sums_) {
    if (!(sum.cycles > 0)) return std::nullopt;
    for (const double event : sum.events) rates.push_back(event / sum.cycles);
  }
  return set_->memory_share(rates);
}

std::string judge_counters(std::optional<double> computing, std::optional<double> waiting) {
  if (!computing || !waiting) return "they cannot be opened, or stand still";
  if (!std::isfinite(*computing) || !std::isfinite(*waiting) || *waiting - *computing < kMustDiffer)
    return "they do not tell a loop that waits for memory from one that computes";
  return "";
}

void StallCounting::tick() {
  const auto now = Clock::now();
  if (now < until_) return;
  if (!open_.empty()) {
    end_look();
    until_ = now + kEvery - look_;
  } else if (look_.count() > 0 && !threads_.empty()) {
    begin_look();
    until_ = now + look_;
  }
}

void StallCounting::begin_look() {
  for (const pid_t tid : threads_) {
    auto counter = PmuGroupCounter::open(*set_, set_->groups[group_], tid);
    if (counter) open_.push_back(*std::move(counter));  // otherwise it has ended, mostly
  }
}

void StallCounting::end_look() {
  for (const PmuGroupCounter& counter : open_)
    if (const auto counts = counter.read()) rates_.add(group_, *counts);
  open_.clear();
  group_ = (group_ + 1) % set_->groups.size();
}

void StallCounting::read(Window& window) {
  // Short windows may not have seen each group: theirs goes on into the next.
  if (const auto share = rates_.memory_share()) {
    const double cycles = rates_.cycles();
    window.stall_counters.push_back({std::string(set_->name), cycles, *share * cycles});
    rates_.forget();
  }
  std::vector<const ThreadWindow*> busy;
  for (const ThreadWindow& thread : window.threads)
    if (thread.on_cpu_ns > 0) busy.push_back(&thread);
  const std::size_t count = std::min(busy.size(), kMostThreads);
  std::partial_sort(
      busy.begin(), busy.begin() + static_cast<std::ptrdiff_t>(count), busy.end(),
      [](const ThreadWindow* a, const ThreadWindow* b) { return a->on_cpu_ns > b->on_cpu_ns; });
  double switches = 0;
  threads_.clear();
  for (std::size_t i = 0; i < count; ++i) {
    threads_.push_back(busy[i]->tid);
    switches += static_cast<double>(busy[i]->switches);
  }
  if (window.observed_ns == 0) return;
  // Part of the time that may be counted, by what a context switch costs more meanwhile.
  const double per_ns = switches / static_cast<double>(window.observed_ns);
  const double share = per_ns > 0 ? kCostShare / (per_ns * kSwitchNs) : 1;
  const std::chrono::duration<double> wanted = share * kEvery;
  look_ = wanted < kShortestLook
              ? std::chrono::nanoseconds(0)
              : std::chrono::duration_cast<std::chrono::nanoseconds>(
                    std::min<std::chrono::duration<double>>(wanted, kLongestLook));
}

}  // namespace boundscope
