// Answer: from the gains in all worlds to a range, a probability and a word, with the reason.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyze/rewrite/subject.h"
#include "boundscope/verdict.h"

namespace boundscope {

// p10, p50, p90. Precondition: not empty.
Estimate range_of(std::vector<double> gains);

// Range, probability, and the word that follows from it.
Gain judged(std::vector<double> gains);

Reason gain_reason(std::string_view code, double value = 0, std::string subject = {},
                   double threshold = 0);

// The reason of each answer; may take an answer back where the load does not carry it.
void explain_latency(Gain& gain, const Subject& subject);
void explain_tail(Gain& gain, const Subject& subject);
void explain_capacity(Gain& gain, const Subject& subject);
void explain_throughput(Gain& gain, const Subject& subject);
void explain_memory(Gain& gain, const Subject& subject);

// Whether it would matter: cores are in use or queued for; much memory is.
bool capacity_matters(const Subject& subject);
bool memory_matters(const Subject& subject);
// Hardly anybody would notice if it answered sooner.
bool is_fast(const Subject& subject);

// Over all languages and goals that matter.
void answer_rewrite(Rewrite& rewrite, const Subject& subject);

}  // namespace boundscope
