// Every code of the analysis has its words, and the words fit the numbers.
#include "report/wording.h"

#include <doctest/doctest.h>

#include "boundscope/codes.h"
#include "report/summary.h"

using namespace boundscope;

TEST_CASE("wording: every code of the analysis has words") {
  for (const auto code : kCaveatCodes) CHECK_MESSAGE(has_words("caveat", code), code);
  for (const auto code : kReasonCodes) CHECK_MESSAGE(has_words("reason", code), code);
  for (const auto code : kAssumptionCodes) CHECK_MESSAGE(has_words("assumption", code), code);
  for (const auto code : kActionCodes) CHECK_MESSAGE(has_words("action", code), code);
  for (const auto code : kDetailCodes) CHECK_MESSAGE(has_words("detail", code), code);
  for (const auto code : kGainReasonCodes) CHECK_MESSAGE(has_words("gain", code), code);
}

TEST_CASE("wording: no words for codes that do not exist") {
  CHECK(words_in("caveat") == kCaveatCodes.size());
  CHECK(words_in("reason") == kReasonCodes.size());
  CHECK(words_in("assumption") == kAssumptionCodes.size());
  CHECK(words_in("action") == kActionCodes.size());
  CHECK(words_in("detail") == kDetailCodes.size());
  CHECK(words_in("gain") == kGainReasonCodes.size());
}

TEST_CASE("wording: all blanks of all words can be filled in, with a subject and without") {
  for (const char* subject : {"", "10.0.0.7:5432"}) {
    for (const auto code : kCaveatCodes)
      CHECK_FALSE(caveat_words({std::string(code), 0.5, subject}, {}).text.empty());
    for (const auto code : kReasonCodes)
      CHECK_FALSE(
          reason_words({std::string(code), 0.5, 0.4, 0.6, 0.3, subject}, View::requests).empty());
    for (const auto code : kGainReasonCodes)
      CHECK_FALSE(gain_words({std::string(code), 0.5, 0.4, 0.6, 0.3, subject}).empty());
    for (const auto code : kActionCodes)
      CHECK_FALSE(action_words({std::string(code), subject, Goal::tail, {}, 0.5}).empty());
  }
}

TEST_CASE("wording: every wait class, component and owner has words") {
  for (std::size_t i = 0; i < kWaitClasses; ++i) {
    const std::string_view name = to_string(static_cast<WaitClass>(i));
    CHECK_MESSAGE(has_words("state", name), name);
  }
  for (const char* state : {"cpu", "run_queue", "throttled"}) CHECK(has_words("state", state));
  for (int i = 0; i <= static_cast<int>(RequestComponent::unattributed); ++i)
    CHECK(component_words(static_cast<RequestComponent>(i)) != "?");
  for (int i = 0; i <= static_cast<int>(CpuOwner::unknown); ++i)
    CHECK(owner_words(static_cast<CpuOwner>(i)) != "?");
}

TEST_CASE("wording: a reason carries its number, its range and its subject") {
  const Reason reason{"upstream_share", 0.93, 0.91, 0.95, 0.5, "10.0.0.7:5432"};

  CHECK(reason_words(reason, View::requests) ==
        "93 % of request time is waiting for answers, mostly from 10.0.0.7:5432 (91 to 95 %)");
}

TEST_CASE("wording: a reason without an interval claims none") {
  const Reason reason{"machine_not_full", 0.1, 0.1, 0.1, 0.8, ""};

  CHECK(reason_words(reason, View::requests) == "only 10 % of the CPU it may use is in use");
}

TEST_CASE("wording: a missing capability is explained by the recording") {
  Recording recording;
  recording.header.capabilities = {
      {"requests", CapabilityState::degraded, "hash", "unix sockets cannot be followed"}};

  const std::string text = caveat_words({"capability", {}, "requests"}, recording).text;

  CHECK(text.find("unix sockets cannot be followed") != std::string::npos);
}

TEST_CASE("wording: who is starved is starved by what decided it") {
  Analysis analysis;
  analysis.verdict.bound = Bound::cpu;
  analysis.verdict.cause = Cause::starved;
  analysis.verdict.reasons = {{"throttled_share", 0.02, 0.01, 0.03, 0.2, ""},
                              {"run_queue_share", 0.7, 0.6, 0.8, 0, ""},
                              {"host_busy", 0.6, 0.6, 0.6, 0.5, ""}};
  const auto says = [&](std::string_view words) {
    return verdict_sentence(analysis).find(words) != std::string::npos;
  };

  CHECK(says("other programs"));
  CHECK(says("70 %"));
  analysis.verdict.reasons[0].value = 0.3;
  CHECK(says("quota"));
  CHECK(says("30 %"));
}

TEST_CASE("wording: a hostile subject is escaped") {
  const Reason reason{"loop_saturated", 1, 1, 1, 0, "a\x1b[2J"};

  CHECK(reason_words(reason, View::requests).find('\x1b') == std::string::npos);
}
