// Tables of priors with any content: what is accepted can be reckoned with, what is not has its
// reason.
#include <cmath>

#include "boundscope/priors.h"
#include "fuzz/input.h"
#include "fuzz/require.h"

using namespace boundscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Result<Priors> priors = with_priors(fuzz::text_of(data, size), "priors");
  if (!priors) {
    fuzz::require(!priors.error().message.empty(), "an error says why");
    fuzz::require(priors.error().message.size() < 4096, "an error does not quote the whole file");
    return 0;
  }
  for (const Prior& cell : priors->cells) {
    const Quantiles& range = cell.quantiles;
    fuzz::require(0 < range.p10 && range.p10 <= range.p50 && range.p50 <= range.p90,
                  "quantiles are above zero and in order");
    fuzz::require(std::isfinite(range.p90), "quantiles are numbers");
    fuzz::require(!cell.from.empty() && !cell.to.empty(), "a cell is about languages");
  }
  for (const std::string& target : priors->targets())
    fuzz::require(!target.empty(), "a target has a name");
  return 0;
}
