// The values of options, from text. Errors are of kind usage and say what is accepted.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "boundscope/result.h"
#include "cli/options.h"

namespace boundscope {

// A number within [low, high]; `option` and `unit` are for the message.
Result<double> parse_number(const std::string& option, const std::string& text, double low,
                            double high, const std::string& unit);
Result<std::vector<pid_t>> parse_pids(const std::string& text);
Result<std::uint16_t> parse_port(const std::string& text);
Result<std::string> parse_comm(const std::string& text);
Result<Backend> parse_backend(const std::string& text);
Result<Format> parse_format(const std::string& text);
Result<ProfileKinds> parse_profile(const std::string& text);
// Names separated by commas; none is empty.
Result<std::vector<std::string>> parse_names(const std::string& option, const std::string& text);

}  // namespace boundscope
