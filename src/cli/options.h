// What the user typed, checked: nothing behind this file sees an absurd value.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "boundscope/profile.h"
#include "boundscope/result.h"
#include "boundscope/target.h"
#include "cli/cost_file.h"

namespace boundscope {

enum class Command { attach, record, report, doctor, roi };
enum class Backend { bpf, kprobes, procfs };
enum class Format { text, json, folded, pprof, speedscope };

// The others are the answer.
constexpr bool is_profile(Format format) { return format >= Format::folded; }

// What `roi` is asked.
struct ReturnOptions {
  std::vector<std::string> recordings;
  std::string costs_file;  // empty: none
  CostFile typed;          // costs on the command line: for all services
};

struct Options {
  Command command = Command::attach;
  TargetSelector target;
  std::optional<std::string> container = {};  // --container: instead of `target`
  double duration_s = 30;
  double frequency_hz = 99;
  double budget_share = 0.01;  // 1: no limit
  std::string output;          // file for the recording (report: for the answer); "-" is stdout
  std::string input;           // recording to report on, "-" for stdin
  Format format = Format::text;
  ProfileKinds profile = {};    // only of the formats that are profiles
  std::vector<std::string> to;  // languages to predict for, as typed; empty: the usual ones
  std::string priors;           // file with cells to use in place of those built in; empty: none
  bool verbose = false;
  ReturnOptions roi;
  Backend backend = Backend::bpf;
};

// -h and -V: text for stdout instead of a run.
struct Printout {
  std::string text;
};

using Request = std::variant<Options, Printout>;

// `arguments` without the program's name. Errors are of kind usage and name the argument.
Result<Request> parse_options(const std::vector<std::string>& arguments);

}  // namespace boundscope
