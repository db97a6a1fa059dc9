#include "target/code/retirement.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace boundscope {
namespace {

// The first half, in which the pipeline fills, does not count.
constexpr std::size_t kInstructions = 320;
constexpr std::size_t kRounds = 4;

class Pipeline {
 public:
  explicit Pipeline(const Core& core)
      : core_(core), retired_(static_cast<std::size_t>(core.window)) {}

  // Time from the retirement of the one before to that of this one.
  double execute(const Instruction& instruction) {
    const double room = at_distance(core_.window);
    dispatch_ = std::max(dispatch_ + 1.0 / core_.dispatch_width, room);
    double operands = std::max(dispatch_, ready_after(instruction.reads));
    if (instruction.loads) {
      const double address = std::max(dispatch_, ready_after(instruction.address));
      operands = std::max(operands, address + core_.load_latency);
    }
    // A load that is nothing else has its result when the data is there.
    const bool is_free =
        instruction.only_loads || (instruction.adds_constant && core_.free_additions);
    const int latency = latency_of(instruction);
    const double complete = operands + (is_free ? 0 : latency);
    set_ready(instruction.writes, complete);
    const bool is_late = core_.late_retirement && (instruction.only_loads || latency > 1);

    const double before = at_distance(1);
    const double now = std::max({complete + (is_late ? 1 : 0), before,
                                 at_distance(core_.retire_width) + (count_ > 0 ? 1 : 0)});
    retired_[count_ % retired_.size()] = now;
    ++count_;
    return now - before;
  }

 private:
  int latency_of(const Instruction& instruction) const {
    switch (instruction.kind) {
      case Instruction::Kind::scaled_lea:
        return core_.scaled_lea;
      case Instruction::Kind::float_addition:
        return core_.float_addition;
      default:
        return instruction.latency;
    }
  }
  // When the one that is that many before the next retired.
  double at_distance(int distance) const {
    const auto back = static_cast<std::size_t>(distance);
    return count_ >= back ? retired_[(count_ - back) % retired_.size()] : 0;
  }
  double ready_after(RegisterSet registers) const {
    double ready = 0;
    for (; registers != 0; registers &= registers - 1)
      ready = std::max(ready, ready_[static_cast<std::size_t>(std::countr_zero(registers))]);
    return ready;
  }
  void set_ready(RegisterSet registers, double when) {
    for (; registers != 0; registers &= registers - 1)
      ready_[static_cast<std::size_t>(std::countr_zero(registers))] = when;
  }

  const Core& core_;
  std::array<double, 64> ready_{};
  std::vector<double> retired_;
  std::size_t count_ = 0;
  double dispatch_ = 0;
};

}  // namespace

Retirement retirement_of(std::span<const Instruction> code, const Core& core) {
  Retirement result{std::vector<double>(code.size(), 0.0), 0};
  if (code.empty()) return result;
  const std::size_t rounds = std::max(kRounds, kInstructions / code.size());
  const std::size_t filling = rounds / 2;
  Pipeline pipeline(core);
  double all = 0;
  for (std::size_t round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < code.size(); ++i) {
      const double took = pipeline.execute(code[i]);
      if (round < filling) continue;
      result.shares[i] += took;
      all += took;
    }
  }
  for (double& share : result.shares)
    share = all > 0 ? share / all : 1 / static_cast<double>(code.size());
  result.cycles = all / static_cast<double>(rounds - filling);
  return result;
}

}  // namespace boundscope
