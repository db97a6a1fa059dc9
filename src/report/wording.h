// The words for every code of boundscope/codes.h, in one place.
//
// Names inside of the words are escaped already. None of them ends with a full stop.
#pragma once

#include <string>
#include <string_view>

#include "boundscope/analysis.h"
#include "boundscope/recording.h"

namespace boundscope {

struct CaveatWords {
  std::string text;    // what is the matter
  std::string advice;  // what the user can do; may be empty
};

CaveatWords caveat_words(const Caveat& caveat, const Recording& recording);
std::string reason_words(const Reason& reason, View view);
std::string reason_advice(std::string_view code);  // what to do when this kept us from an answer
std::string assumption_words(std::string_view code);
std::string gain_words(const Reason& reason);  // why a gain is judged as it is
std::string prior_words(const Prior& prior);
std::string action_words(const Alternative& row);
std::string detail_words(std::string_view name);  // a code or the name of a thing
std::string component_words(RequestComponent component);
std::string owner_words(CpuOwner owner);
std::string state_words(std::string_view thread_state);

// For the test that every code has its words. Kinds: caveat, reason, gain, assumption, action,
// detail, state.
bool has_words(std::string_view kind, std::string_view code);
std::size_t words_in(std::string_view kind);

// "Something has happened" -> "Something has happened."
std::string sentence(std::string words);

}  // namespace boundscope
