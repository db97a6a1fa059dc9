#include "analyze/rewrite/language.h"

#include <algorithm>
#include <cmath>

namespace boundscope {
namespace {

// The empty server is a prior for some CPU; a service that comes near it shows its own [E].
constexpr double kMostLeast = 0.5;
constexpr double kRestart = 0.02;  // standard deviation of the log of times between starts [E]
constexpr double kGcBursts = 0.1;  // of the CPU time, collecting and allocating [E]

std::size_t at(PriorKind kind) { return static_cast<std::size_t>(kind); }

// CPU time left, from what is left of each kind of work.
double left_of(const World& world, const std::array<double, kWorks>& left, double gc_weight) {
  double sum = 0, weights = 0;
  for (std::size_t i = 0; i < kWorks; ++i) {
    const double weight = static_cast<Work>(i) == Work::gc ? gc_weight : 1;
    sum += weight * world.work[i] * left[i];
    weights += weight * world.work[i];
  }
  return weights > 0 ? sum / weights : 1;
}

}  // namespace

std::optional<Language> Language::find(const Priors& priors, const Source& source,
                                       const Fixed& fixed, std::string to) {
  if (priors.find(PriorKind::code, source.language, to) == nullptr) return std::nullopt;
  Language language;
  language.name_ = std::move(to);
  for (std::size_t i = 0; i < kPriorKinds; ++i) {
    const auto kind = static_cast<PriorKind>(i);
    if (kind == PriorKind::jit) continue;
    const Prior* cell = priors.find(kind, source.language, language.name_);
    if (cell == nullptr) continue;
    language.factors_[i].emplace(cell->quantiles);
    language.cells_.push_back(*cell);
  }
  language.cpu_now_us_ = fixed.cpu_per_request_us;
  language.jit_left_ = language.name_ == "java" || language.name_ == "c#" ? 1 : 0;
  language.one_process_ = source.one_at_a_time && uses_all_cpus(language.name_);
  return language;
}

double Language::factor(PriorKind kind, const Standard& standard) const {
  const auto& factor = factors_[at(kind)];
  return factor ? factor->at(standard.z[at(kind)]) : 1;
}

bool Language::has(PriorKind kind) const { return factors_[at(kind)].has_value(); }

Change Language::change(const World& world, const Standard& standard) const {
  const auto left_by = [&](PriorKind kind) { return 1 / factor(kind, standard); };
  const double kernel = left_by(PriorKind::kernel);
  std::array<double, kWorks> left{};
  left[static_cast<std::size_t>(Work::code)] = left_by(PriorKind::code);
  left[static_cast<std::size_t>(Work::runtime)] = left_by(PriorKind::runtime);
  left[static_cast<std::size_t>(Work::jit)] = jit_left_;
  left[static_cast<std::size_t>(Work::builtin)] = left_by(PriorKind::builtin);
  left[static_cast<std::size_t>(Work::primitive)] = left_by(PriorKind::primitive);
  left[static_cast<std::size_t>(Work::gc)] = left_by(PriorKind::gc);
  left[static_cast<std::size_t>(Work::library)] = left_by(PriorKind::library);
  left[static_cast<std::size_t>(Work::kernel)] = kernel;
  const double implementation = left_by(PriorKind::implementation);
  left[static_cast<std::size_t>(Work::elsewhere)] = 1 / implementation;  // all of it
  Change change;
  // A request costs what the emptiest server of the language takes for one.
  double least = 0;
  if (cpu_now_us_ > 0 && has(PriorKind::request)) {
    least = std::min(kMostLeast, factor(PriorKind::request, standard) / cpu_now_us_);
  }
  change.cpu = std::max(least, implementation * left_of(world, left, 1));
  change.cpu_slow = std::max(least, implementation * left_of(world, left, world.gc_in_tail));
  change.wake = kernel;
  change.stopped = left_by(PriorKind::stops);
  change.jitter = left_by(PriorKind::jitter);
  change.restart = std::exp(kRestart * standard.base_from);
  // Collections come in bursts; where nothing collects, most of the queues they make are gone.
  if (!collects(name_) && world.part(Work::gc) >= kGcBursts) {
    change.bursts = 0.5 * standard.shared * std::min(1.0, change.cpu);
  }
  if (one_process_) {
    // Programs in such a language seldom have a pool to queue for, but may.
    change.pool = 1 - standard.idiom * standard.idiom;
    change.all_cpus = standard.all_cpus;
  }
  return change;
}

}  // namespace boundscope
