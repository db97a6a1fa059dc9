// Machine code that uses variables as the Go runtime's functions do, for finding them by it.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "target/gc/go_anchors.h"

namespace boundscope::test {

// Writes instructions that use a variable, at the end of a function.
class CodeWriter {
 public:
  explicit CodeWriter(GoCode& code) : code_(code) {}

  CodeWriter& use(CodeUse use, std::uint64_t target, bool is_wide = true) {
    if (use == CodeUse::store_double) return raw("\xf2\x0f\x11\x05").distance(target);
    if (is_wide) code_.bytes += '\x48';
    return raw(opcode(use)).raw("\x05").distance(target);
  }
  CodeWriter& load(std::uint64_t target) { return use(CodeUse::load, target); }
  CodeWriter& add_to(std::uint64_t target) { return use(CodeUse::add_to, target); }
  // Takes an address and gives it to a function.
  CodeWriter& pass(std::uint64_t target, std::uint64_t callee) {
    return use(CodeUse::address, target).call(callee);
  }
  CodeWriter& call(std::uint64_t callee) { return raw("\xe8").distance(callee); }
  CodeWriter& raw(std::string_view bytes) {
    code_.bytes += bytes;
    return *this;
  }

 private:
  static std::string_view opcode(CodeUse use) {
    switch (use) {
      case CodeUse::load:
        return "\x8b";
      case CodeUse::store:
        return "\x89";
      case CodeUse::address:
        return "\x8d";
      case CodeUse::increment:
        return "\xff";
      case CodeUse::add_to:
        return "\x01";
      case CodeUse::add_from:
        return "\x03";
      case CodeUse::subtract_from:
        return "\x2b";
      case CodeUse::load_signed:
        return "\x63";
      case CodeUse::store_double:
        break;
    }
    return "";
  }
  CodeWriter& distance(std::uint64_t target) {
    const std::uint64_t next = code_.address + code_.bytes.size() + 4;
    const auto distance = static_cast<std::int32_t>(target - next);
    code_.bytes.append(reinterpret_cast<const char*>(&distance), sizeof distance);
    return *this;
  }

  GoCode& code_;
};

// A runtime whose variables are at the addresses below. Its parts can be changed afterwards.
struct GoRuntime {
  static constexpr std::uint64_t kPauseTotal = 0x600000;
  static constexpr std::uint64_t kCycles = kPauseTotal + kGoCyclesAfterPauses;
  static constexpr std::uint64_t kPacer = 0x610000;
  static constexpr std::uint64_t kCpuStats = 0x620000;
  static constexpr std::uint64_t kCpuSum = 0x620800;
  static constexpr std::uint64_t kLatency = 0x630000;
  static constexpr std::uint64_t kCoarse = histogram_bytes(GoHistogramKind::coarse);
  static constexpr std::uint64_t kMutexWait = kLatency + kCoarse + 8;
  static constexpr std::uint64_t kStops = kLatency + 3 * kCoarse + 16;
  static constexpr std::uint64_t kProcs = 0x640000;
  static constexpr std::uint64_t kFineUnderflow = histogram_buckets(GoHistogramKind::fine) * 8;

  GoRuntimeCode code;

  GoCode& part(GoPart one) { return code[static_cast<std::size_t>(one)]; }
  CodeWriter write(GoPart one) { return CodeWriter(part(one)); }

  static GoRuntime of_1_22() {
    GoRuntime runtime;
    const std::uint64_t record = runtime.part(GoPart::histogram_record).address;
    auto end = runtime.write(GoPart::mark_termination);
    end.add_to(kPauseTotal);
    end.pass(kCpuStats, runtime.part(GoPart::cpu_accumulate).address);
    end.load(kCpuStats + 32).use(CodeUse::subtract_from, kCpuStats + 16).load(kCpuStats + 80);
    end.use(CodeUse::store_double, kCycles + 8).use(CodeUse::increment, kCycles, false);
    runtime.put_pacer(272, {.live = 104, .goal = 96});
    runtime.put_pacer_code({"\x48\x89\x98\x98\x00\x00\x00", 7}, "\x48\x87\x58\x68",
                           "\x48\x8b\x48\x48");
    runtime.write(GoPart::cpu_accumulate).use(CodeUse::load_signed, kProcs);
    runtime.write(GoPart::change_status).pass(kLatency, record).add_to(kMutexWait);
    runtime.write(GoPart::start_world).pass(kStops, record).pass(kStops + kCoarse, record);
    return runtime;
  }

  static GoRuntime of_1_19() {
    GoRuntime runtime;
    auto end = runtime.write(GoPart::mark_termination);
    end.add_to(kPauseTotal).load(kCpuSum).use(CodeUse::store, kCpuSum);
    end.use(CodeUse::load_signed, kProcs);
    end.use(CodeUse::store_double, kCycles + 8).use(CodeUse::increment, kCycles, false);
    end.use(CodeUse::address, kCycles + 40).use(CodeUse::address, kCycles + 40 + kFineUnderflow);
    runtime.put_pacer(304, {.live = 136, .goal = 128});
    runtime.put_pacer_code({"\x48\x89\x98\xb8\x00\x00\x00", 7}, {"\x48\x89\x98\x88\x00\x00\x00", 7},
                           "\x48\x8b\x48\x68");
    runtime.part(GoPart::cpu_accumulate).bytes.clear();
    runtime.write(GoPart::change_status)
        .use(CodeUse::address, kLatency)
        .use(CodeUse::address, kLatency + kFineUnderflow);
    return runtime;
  }

 private:
  struct PacerFields {
    std::uint64_t live, goal;
  };

  GoRuntime() {
    for (std::size_t i = 0; i < kGoParts; ++i) code[i].address = 0x401000 + i * 0x1000;
    part(GoPart::histogram_record).bytes = "\xc3";
    write(GoPart::start_world).use(CodeUse::load, kProcs, false);
    write(GoPart::resize_procs).use(CodeUse::load, kProcs, false);
  }

  void put_pacer(std::uint64_t in_use, const PacerFields& fields) {
    const std::uint64_t heap = kPacer + in_use;
    write(GoPart::mark_termination)
        .load(heap)
        .use(CodeUse::store, kCycles + 24)
        .load(kPacer + fields.live);
    write(GoPart::controller_commit)
        .use(CodeUse::address, kPacer)
        .load(kPacer + kPacerMemoryLimit)
        .load(kPacer + fields.goal);
    write(GoPart::alloc_span).add_to(heap).add_to(heap + 8).add_to(heap + 16).add_to(heap + 40);
    write(GoPart::cache_refill).add_to(heap + 24);
    write(GoPart::sweep).add_to(heap + 32);
  }
  void put_pacer_code(std::string_view marked, std::string_view live, std::string_view goal) {
    write(GoPart::reset_live).raw(marked).raw(live);
    write(GoPart::heap_goal).raw(goal);
  }
};

}  // namespace boundscope::test
