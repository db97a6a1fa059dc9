#include "analyze/rewrite/standard.h"

#include "analyze/random.h"
#include "analyze/rewrite/sampling.h"
#include "analyze/rewrite/world.h"

namespace boundscope {
namespace {

// A program that computes on one CPU at a time is rewritten as one that uses all of them. It is not
// the language that does it, and more processes would, too [E].
constexpr double kUsesAllCpus = 0.3;

}  // namespace

std::vector<Standard> draw_standards(std::uint64_t seed) {
  std::vector<Standard> standards(kWorlds);
  Random random(seed ^ 0x7374616e64ULL);
  for (Standard& standard : standards) {
    for (double& z : standard.z) z = normal(random);
    standard.base_from = normal(random);
    standard.idiom = random.uniform();
    standard.shared = random.uniform();
    standard.all_cpus = random.uniform() < kUsesAllCpus;
  }
  return standards;
}

}  // namespace boundscope
