#include "analyze/rewrite/footprint.h"

#include <algorithm>
#include <cmath>

#include "analyze/memory.h"

namespace boundscope {
namespace {

constexpr double kMiB = 1024.0 * 1024.0;
constexpr double kMostBase = 0.9;    // of the resident memory: something is data
constexpr double kLeastLive = 0.02;  // of the resident memory: less tells nothing about it [E]

// An empty process of the one language is as large as one of the other: what it takes now says more
// about this program (its code, its libraries) than what empty ones take.
bool keeps_base(const Footprint& now, const Language& language) {
  if (!now.base) return false;
  for (const Prior& cell : language.cells())
    if (cell.kind == PriorKind::base)
      return cell.quantiles.p10 == now.base->p10 && cell.quantiles.p50 == now.base->p50 &&
             cell.quantiles.p90 == now.base->p90;
  return false;
}

class FootprintModel {
 public:
  FootprintModel(const Footprint& now, const Language& language) : now_(now), language_(language) {
    if (now.base) base_from_.emplace(*now.base);
    keeps_base_ = keeps_base(now, language);
    from_heap_ = now.live_bytes && *now.live_bytes >= kLeastLive * now.held_bytes &&
                 language.has(PriorKind::objects) && language.has(PriorKind::room);
  }

  double after(const Standard& standard) const {
    const bool merges = language_.one_process() && now_.workers > 1;
    const double workers = merges ? 1 : now_.workers;
    const double base = base_from_ ? now_.workers * kMiB * base_from_->at(standard.base_from) : 0;
    const double own = now_.held_bytes - now_.kept_bytes;
    const double beyond =
        std::min(own - std::min(base, kMostBase * own), now_.anonymous_bytes.value_or(own));
    double base_to = 0;
    if (keeps_base_ && !merges) {
      base_to = own - beyond;
    } else if (language_.has(PriorKind::base)) {
      base_to = workers * kMiB * language_.factor(PriorKind::base, standard);
    }
    // Workers of one service hold partly the same data; one process holds it once, as they do what
    // they share already.
    const double shared = beyond > 0 ? std::min(1.0, now_.shared_bytes / beyond) : 0;
    const double apart = merges ? std::pow(now_.workers, -0.5 * standard.shared) : 1;
    const double once = shared + (1 - shared) * apart;
    if (!from_heap_) {
      return base_to + now_.kept_bytes + once * beyond / language_.factor(PriorKind::rss, standard);
    }
    const double live = std::min(*now_.live_bytes, now_.held_bytes);
    const double heap = std::clamp(now_.heap_bytes.value_or(live), live, now_.held_bytes);
    // Buffers, stacks and caches outside of the heap: some of it belongs to the runtime.
    const double outside = std::max(0.0, beyond - heap) * standard.shared;
    return base_to + now_.kept_bytes + outside +
           once * live / language_.factor(PriorKind::objects, standard) *
               language_.factor(PriorKind::room, standard);
  }

 private:
  const Footprint& now_;
  const Language& language_;
  std::optional<SplitLogNormal> base_from_;
  bool keeps_base_ = false;
  bool from_heap_ = false;
};

}  // namespace

std::optional<Footprint> footprint_of(const MemorySummary& memory, const Source& source,
                                      const Priors& priors) {
  const double held = held_bytes(memory).value_or(0);
  if (!memory.rss_bytes || !(*memory.rss_bytes > 0) || !(held > 0)) return std::nullopt;
  const double once = held / *memory.rss_bytes;  // of pages that were counted for each process
  Footprint footprint;
  footprint.held_bytes = held;
  footprint.live_bytes = memory.live_heap_bytes;
  footprint.heap_bytes = memory.heap_bytes;
  footprint.kept_bytes = std::min(
      0.9 * held, memory.mapped_file_bytes.value_or(0) + once * memory.shmem_bytes.value_or(0));
  if (held < *memory.rss_bytes) footprint.shared_bytes = memory.shared_bytes.value_or(0);
  if (memory.anonymous_bytes) footprint.anonymous_bytes = once * *memory.anonymous_bytes;
  footprint.workers = source.workers;
  const Prior* base = priors.find(PriorKind::base, "*", source.language);
  if (base != nullptr) footprint.base = base->quantiles;
  return footprint;
}

std::vector<double> memory_gains(const Footprint& footprint, const Language& language,
                                 const std::vector<Standard>& standards) {
  const FootprintModel model(footprint, language);
  std::vector<double> gains;
  gains.reserve(standards.size());
  for (const Standard& standard : standards) {
    gains.push_back(gain_of(footprint.held_bytes, model.after(standard)));
  }
  return gains;
}

}  // namespace boundscope
