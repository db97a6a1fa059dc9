// Files of costs with any content: what is accepted can be reckoned with, what is not has its
// reason.
#include <algorithm>
#include <cmath>

#include "analyze/roi/options.h"
#include "cli/cost_file.h"
#include "fuzz/input.h"
#include "fuzz/require.h"

using namespace boundscope;

namespace {

void require_usable(const CostRange& range, double max) {
  fuzz::require(range.low >= 0 && range.low <= range.high && range.high <= max,
                "a range is in order and within its limits");
  fuzz::require(!range.likely || (range.low <= *range.likely && *range.likely <= range.high),
                "the likely value is within the range");
}

void require_usable(const Costs& costs) {
  for (const CostKey& key : kCostKeys)
    if (costs[key.input]) require_usable(*costs[key.input], key.max);
  for (const auto& [action, weeks] : costs.effort_weeks) require_usable(weeks, 1000);
}

void require_words(const Error& error) {
  fuzz::require(!error.message.empty() && !error.hint.empty(), "an error says why and what to do");
  fuzz::require(error.message.size() < 4096, "an error does not quote the whole file");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<CostFile> file = parse_cost_file(fuzz::text_of(data, size), "costs");
  if (!file) {
    require_words(file.error());
    return 0;
  }
  fuzz::require(!file->sections.empty(), "there is a section for all services");
  for (const CostSection& section : file->sections) require_usable(section.costs);
  const Result<Costs> costs = costs_of(file->sections.back().service, *file, {});
  if (!costs) {
    require_words(costs.error());
    return 0;
  }
  require_usable(*costs);
  // Everything that is accepted gives numbers.
  Analysis analysis;
  analysis.verdict.bound = Bound::cpu;
  analysis.load.latency_mean_ms = 20;
  LanguageGains gains;
  gains.language = "rust";
  gains.latency.gain = gains.capacity.gain = gains.memory.gain = Estimate{1.5, 1, 3};
  analysis.rewrite.to = {gains};
  for (const EvaluatedOption& evaluated :
       options_of(analysis, *costs, draw_returns(*costs, 1, 16))) {
    const ReturnOption& option = evaluated.option;
    fuzz::require(std::isfinite(option.net.low) && std::isfinite(option.net.high),
                  "net is a number");
    fuzz::require(option.net.low <= option.net.value && option.net.value <= option.net.high,
                  "a range is in order");
  }
  return 0;
}
