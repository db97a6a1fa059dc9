// Machine code by hand, x86-64.
#include "target/code/load_site.h"

#include <doctest/doctest.h>

#include <numeric>
#include <string>
#include <string_view>

#include "target/code/code_around.h"
#include "target/code/instruction.h"
#include "target/code/retirement.h"

#if defined(__x86_64__)

using namespace std::string_literals;

namespace boundscope {
namespace {

const std::string kLoad = "\x48\x8b\x3f"s;         // mov (%rdi),%rdi
const std::string kLoadOther = "\x48\x8b\x0e"s;    // mov (%rsi),%rcx
const std::string kStore = "\x48\x89\x3e"s;        // mov %rdi,(%rsi)
const std::string kAdd = "\x48\x83\xc7\x01"s;      // add $1,%rdi
const std::string kAddRegister = "\x48\x01\xd7"s;  // add %rdx,%rdi
const std::string kBranch = "\x74\x00"s;           // jz to what follows
const std::string kCompareLoad = "\x48\x3b\x07"s;  // cmp (%rdi),%rax
const std::string kReturn = "\xc3"s;
const std::string kPad(96, '\x90');

std::string repeated(const std::string& code, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += code;
  return all;
}

// A loop of that body: its end jumps back to its beginning.
std::string loop(const std::string& body) {
  return body + "\x75"s + static_cast<char>(-static_cast<int>(body.size()) - 2);
}

constexpr Core kJoining{.joins_loads = true};

Instruction decoded(const std::string& code) {
  const auto instruction = decode_instruction(code);
  REQUIRE(instruction);
  return *instruction;
}

LoadSite site_in(const std::string& code, std::size_t at, const Core& core = {}) {
  const auto site = load_site(kPad + code + kPad, kPad.size() + at, core);
  REQUIRE(site);
  return *site;
}

double load_share(const std::string& body) {
  const auto around = code_around(kPad + body, kPad.size());
  REQUIRE(around);
  const std::span<const Instruction> code = std::span(around->code).subspan(around->at);
  const std::vector<double> shares = retirement_of(code, Core{}).shares;
  CHECK(std::accumulate(shares.begin(), shares.end(), 0.0) == doctest::Approx(1));
  double share = 0;
  for (std::size_t i = 0; i < code.size(); ++i) share += code[i].loads ? shares[i] : 0;
  return share;
}

}  // namespace

TEST_CASE("target: instructions that wait for memory are loads, and no others") {
  CHECK(decoded(kLoad).loads);
  CHECK(decoded("\x48\x83\x05\x00\x00\x00\x00\x01"s).loads);  // add $1,0(%rip)
  CHECK(decoded("\x58"s).loads);                              // pop
  CHECK(decoded(kCompareLoad).loads);
  CHECK_FALSE(decoded(kStore).loads);
  CHECK_FALSE(decoded(kAdd).loads);
  CHECK_FALSE(decoded("\x48\x8d\x47\x08"s).loads);  // lea
  CHECK_FALSE(decoded("\x0f\x18\x0f"s).loads);      // prefetch
  CHECK_FALSE(decoded("\x0f\x1f\x40\x00"s).loads);  // nop with an address
}

TEST_CASE("target: bytes that are no instruction, and half ones, are refused") {
  CHECK_FALSE(decode_instruction("\x06"s));
  CHECK_FALSE(decode_instruction(kLoad.substr(0, 2)));
  CHECK_FALSE(decode_instruction(""));
  CHECK(instruction_length("\x06"s) == 0);
  CHECK(instruction_length(kAdd + kAdd) == 4);
}

TEST_CASE("target: the instruction before a place is found from the bytes alone") {
  const std::string code = kPad + kAdd + kLoad + kAdd;

  const auto around = code_around(code, kPad.size() + kAdd.size() + kLoad.size());

  REQUIRE(around);
  CHECK(around->code[around->at - 1].loads);
  CHECK(around->code[around->at - 1].length == kLoad.size());
  CHECK_FALSE(code_around(code, 0));                // nothing is before it
  CHECK_FALSE(code_around(code, code.size() + 1));  // not in the bytes
  CHECK_FALSE(code_around(code, code.size()));      // nothing is there
}

TEST_CASE("target: a chain of loads that hit takes its latency of the loop, and no more") {
  // 4 cycles of the load and 8 additions that wait for each other.
  const std::string body = kLoad + repeated(kAdd, 8);

  const LoadSite after = site_in(loop(body), kLoad.size());
  const LoadSite elsewhere = site_in(loop(body), kLoad.size() + kAdd.size());

  CHECK(after.after_load);
  CHECK_FALSE(elsewhere.after_load);
  CHECK(after.expected == doctest::Approx(4.0 / 12).epsilon(0.1));
  CHECK(elsewhere.expected == after.expected);
  CHECK_FALSE(after.is_unclear);
}

TEST_CASE("target: loads that nothing waits for cost no time of their own") {
  CHECK(load_share(loop(kLoadOther + repeated(kAdd, 12))) < 0.1);
}

TEST_CASE("target: additions of constants take no time on a core that does them in renaming") {
  CHECK(decoded(kAdd).adds_constant);
  CHECK_FALSE(decoded(kAddRegister).adds_constant);
  const std::vector<Instruction> code{decoded(kAdd), decoded(kAddRegister)};

  CHECK(retirement_of(code, Core{}).shares[0] == doctest::Approx(0.5));
  CHECK(retirement_of(code, Core{.free_additions = true}).shares[0] == doctest::Approx(0));
}

TEST_CASE("target: where nothing but loads takes time, hits and misses look alike") {
  CHECK(site_in(loop(kLoad), kLoad.size()).is_unclear);
}

TEST_CASE("target: the head of a loop comes after its jump, not after what stands before it") {
  CHECK_FALSE(site_in(kLoad + loop(repeated(kAdd, 4)), kLoad.size()).after_load);
  CHECK(site_in(kLoad + repeated(kAdd, 4), kLoad.size()).after_load);
}

TEST_CASE("target: a comparison with memory and its branch wait for the load as one") {
  const std::string body = kAdd + kCompareLoad;

  CHECK(site_in(loop(body), 0).after_load);
}

TEST_CASE("target: a core that joins a load and an operation is found after both") {
  const std::string body = kLoad + repeated(kAddRegister, 8);
  const std::size_t after_both = kLoad.size() + kAddRegister.size();

  const LoadSite joined = site_in(loop(body), after_both, kJoining);

  CHECK(joined.after_load);
  CHECK(joined.expected == doctest::Approx(5.0 / 12).epsilon(0.1));
  CHECK_FALSE(site_in(loop(body), after_both).after_load);
  CHECK_FALSE(site_in(loop(body), after_both + kAddRegister.size(), kJoining).after_load);
}

TEST_CASE("target: only operations on what was loaded are joined with the load") {
  const auto is_joined = [](const std::string& load, const std::string& operation,
                            const std::string& next = {}) {
    const std::string code = load + operation + next;
    return site_in(code, load.size() + operation.size(), kJoining).after_load;
  };
  const std::string load_far = "\x48\x8b\xbf\x00\x01\x00\x00"s;     // mov 0x100(%rdi),%rdi
  const std::string load_half = "\x8b\x3f"s;                        // mov (%rdi),%edi
  const std::string load_indexed = "\x4a\x8b\x3c\x0f"s;             // mov (%rdi,%r9),%rdi
  const std::string load_vector = "\xf3\x0f\x6f\x07"s;              // movdqu (%rdi),%xmm0
  const std::string load_aligned = "\x66\x0f\x6f\x07"s;             // movdqa (%rdi),%xmm0
  const std::string negate = "\x48\xf7\xdf"s;                       // neg %rdi
  const std::string complement = "\x48\xf7\xd7"s;                   // not %rdi
  const std::string load_global = "\x48\x8b\x3d\x00\x01\x00\x00"s;  // mov 0x100(%rip),%rdi
  const std::string to_itself = "\x48\x01\xff"s;                    // add %rdi,%rdi
  const std::string add_half = "\x01\xd7"s;                         // add %edx,%edi
  const std::string either = "\x48\x09\xd7"s;                       // or %rdx,%rdi
  const std::string compare = "\x66\x0f\x74\xc1"s;                  // pcmpeqb %xmm1,%xmm0
  const std::string subtract = "\x66\x0f\xf8\xc1"s;                 // psubb %xmm1,%xmm0

  CHECK(is_joined(kLoad, kAddRegister));
  CHECK(is_joined(load_far, kAddRegister));
  CHECK(is_joined(load_half, add_half));
  CHECK(is_joined(kLoad, negate));
  CHECK(is_joined(load_vector, compare));
  CHECK_FALSE(is_joined(kLoad, kAdd));
  CHECK_FALSE(is_joined(kLoad, complement));
  CHECK_FALSE(is_joined(kLoad, to_itself));
  CHECK_FALSE(is_joined(kLoad, add_half));
  CHECK_FALSE(is_joined(kLoadOther, kAddRegister));
  CHECK_FALSE(is_joined(load_indexed, kAddRegister));
  CHECK_FALSE(is_joined(load_global, kAddRegister));
  CHECK_FALSE(is_joined(load_aligned, compare));
  CHECK_FALSE(is_joined(load_vector, subtract));
  // What sets the flags of a branch goes with it.
  CHECK(is_joined(kLoad, either, kBranch));
  CHECK_FALSE(is_joined(kLoad, kAddRegister, kBranch));
}

TEST_CASE("target: where results can be used before they retire, what uses them retires along") {
  const std::string multiply = "\x48\x0f\xaf\xfa"s;  // imul %rdx,%rdi
  const std::vector<Instruction> code{decoded(multiply), decoded(kAddRegister),
                                      decoded(kAddRegister)};

  const Retirement late = retirement_of(code, Core{.late_retirement = true});

  CHECK(late.cycles == doctest::Approx(5));
  CHECK(late.shares[0] == doctest::Approx(4.0 / 5));
  CHECK(late.shares[1] == doctest::Approx(0));
  CHECK(retirement_of(code, Core{}).shares[1] == doctest::Approx(1.0 / 5));
}

TEST_CASE("target: addresses with a scaled index take what was measured") {
  const std::vector<Instruction> scaled{decoded("\x48\x8d\x3c\x7f"s)};  // lea (%rdi,%rdi,2),%rdi

  CHECK(scaled[0].kind == Instruction::Kind::scaled_lea);
  CHECK(retirement_of(scaled, Core{.scaled_lea = 2}).cycles == doctest::Approx(2));
}

TEST_CASE("target: flags are waited for, and what a conditional move may keep") {
  // cmp %rcx,%rax; cmovl %rcx,%rax: two cycles, one after the other.
  const std::vector<Instruction> code{decoded("\x48\x39\xc8"s), decoded("\x48\x0f\x4c\xc1"s)};

  CHECK(retirement_of(code, Core{}).cycles == doctest::Approx(2));
  CHECK(retirement_of(std::span(code).last(1), Core{}).cycles == doctest::Approx(1));
}

TEST_CASE("target: a jump back over a return is no loop") {
  // The place after the load is executed once: what is before the return is where the jump leads.
  const std::string body = kAdd + kReturn + kLoadOther + kAddRegister;
  const std::size_t at = kAdd.size() + kReturn.size() + kLoadOther.size();

  CHECK(site_in(loop(body), at).after_load);
  CHECK_FALSE(site_in(loop(body), at).is_unclear);
  CHECK(
      site_in(loop(kAdd + kLoadOther + kAddRegister), kAdd.size() + kLoadOther.size()).is_unclear);
}

TEST_CASE("target: in a loop of very few cycles hits and misses are not told apart") {
  CHECK(site_in(loop(kLoadOther + kAddRegister), kLoadOther.size()).is_unclear);
  CHECK_FALSE(site_in(loop(kLoadOther + repeated(kAddRegister, 6)), kLoadOther.size()).is_unclear);
}

TEST_CASE("target: a place that only a jump leads to comes after what decided the jump") {
  const std::string jump = "\x74\x05"s;             // jz over the return and the padding
  const std::string padding = "\x0f\x1f\x40\x00"s;  // nop with an address
  const std::string rest = kReturn + padding + kAdd;
  const std::size_t at = kReturn.size() + padding.size();

  const LoadSite loaded = site_in(kCompareLoad + jump + rest, kCompareLoad.size() + 2 + at);
  const LoadSite computed = site_in(kAdd + jump + rest, kAdd.size() + 2 + at);

  CHECK(loaded.after_load);
  CHECK(loaded.is_unclear);  // it may have been predicted wrong
  CHECK_FALSE(computed.after_load);
}

TEST_CASE("target: what follows a return was not executed after it") {
  CHECK_FALSE(site_in(kLoad + kReturn + kAdd, kLoad.size() + kReturn.size()).after_load);
}

}  // namespace boundscope

#endif
