#include "cli/suggest.h"

#include <algorithm>
#include <numeric>

namespace boundscope {
namespace {

// Levenshtein's distance, a row at a time.
std::size_t distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string closest_to(std::string_view typed, const std::vector<std::string>& candidates) {
  constexpr std::size_t kMaxTyped = 32;
  std::string best;
  std::size_t best_distance = 3;
  if (typed.size() > kMaxTyped) return best;
  for (const std::string& candidate : candidates) {
    const std::size_t letters = distance(typed, candidate);
    if (letters < best_distance && letters < candidate.size()) {
      best = candidate;
      best_distance = letters;
    }
  }
  return best;
}

}  // namespace boundscope
