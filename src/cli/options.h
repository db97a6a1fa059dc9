// What the user typed, checked: nothing behind this file sees an absurd value.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "boundscope/result.h"
#include "boundscope/target.h"

namespace boundscope {

enum class Command { attach, record, report, doctor };
enum class Format { text, json };

struct Options {
  Command command = Command::attach;
  TargetSelector target;
  double duration_s = 30;
  double frequency_hz = 99;
  double budget_share = 0.01;  // 1: no limit
  std::string output;          // file for the recording, "-" for stdout; empty: none
  std::string input;           // recording to report on, "-" for stdin
  Format format = Format::text;
  bool verbose = false;
};

// -h and -V: text for stdout instead of a run.
struct Printout {
  std::string text;
};

using Request = std::variant<Options, Printout>;

// `arguments` without the program's name. Errors are of kind usage and name the argument.
Result<Request> parse_options(const std::vector<std::string>& arguments);

}  // namespace boundscope
