// Numbers for people. Percent exists only in the report: everywhere else shares are in [0, 1].
#pragma once

#include <string>

#include "boundscope/verdict.h"

namespace boundscope {

std::string percent(double share);                   // "93 %" "<1 %" ">99 %"
std::string percent_range(double low, double high);  // "91 to 95 %"
std::string number(double value);                    // three digits: "0.42" "12.3" "412"
std::string count(double value);                     // "12345"
std::string milliseconds(double value_ms);           // "850 us" "20.1 ms" "1.25 s"
std::string seconds(double value_s);                 // "30 s"
std::string bytes(double value);                     // "512 MiB"
std::string ratio(double value);                     // "1.05x"
std::string ratio_range(double low, double high);    // "1.0x to 1.1x", one if they agree

}  // namespace boundscope
