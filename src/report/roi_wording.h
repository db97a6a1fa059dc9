// The words for every code of boundscope/roi.h, in one place. Names inside of them are escaped.
#pragma once

#include <string>
#include <string_view>

#include "boundscope/report.h"

namespace boundscope {

std::string money(double amount);                        // "412" "9.5k" "360k" "-1.2M"
std::string signed_money(double amount);                 // "+360k" "-1.2M" "0"
std::string money_range(const Estimate& amount);         // "300k to 420k", "360k" if that is all
std::string signed_money_range(const Estimate& amount);  // "-40k to +440k"

std::string language_words(std::string_view language);   // "Rust" "C++" "another language"
std::string option_words(const ReturnOption& option);    // "rewrite it in Rust", or what else to do
std::string advice_words(const Return& result);          // same, "leave it as it is", "undecided"
std::string reason_words(const ServiceReturn& service);  // why, as whole sentences
std::string note_words(const ReturnNote& note);
std::string part_words(std::string_view code);
std::string input_words(std::string_view input);  // name of a CostKey or a gain
std::string input_value(std::string_view input, double value);
// What was not given and counts all the same: "bill_cpu 45 to 65 %".
std::string assumed_words(CostInput input);
std::string not_modelled_words();  // what the figures take for granted

// "14 months" "3.1 years" "never"
std::string duration_words(const std::optional<double>& months);

// For the test that every code has its words. Kinds: reason, note, part, input.
bool has_return_words(std::string_view kind, std::string_view code);

}  // namespace boundscope
