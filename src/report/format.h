// Numbers for people. Percent exists only in the report: everywhere else shares are in [0, 1].
#pragma once

#include <string>

#include "boundscope/verdict.h"

namespace boundscope {

std::string percent(double share);                    // "93 %" "<1 %" ">99 %"
std::string percent_range(const Estimate& estimate);  // "91 to 95 %"; empty if it adds nothing
std::string number(double value);                     // "4" "0.42" "12.3" "412"
std::string count(double value);                      // "12345"
std::string milliseconds(double value_ms);            // "850 us" "20.1 ms" "1.25 s"
std::string seconds(double value_s);                  // "30 s"
std::string duration(double value_s);                 // "40 s" "12 min" "5 h" "3 days"
std::string bytes(double value);                      // "512 MiB"
std::string ratio(double value);                      // "1.05x"
std::string ratio_range(double low, double high);     // "1.20x to 1.50x" "up to 1.05x" "1.00x"
std::string ratio_span(double low, double high);      // "1.20 to 1.50x" "1.00x"

}  // namespace boundscope
