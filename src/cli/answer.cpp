#include "cli/answer.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "boundscope/report.h"
#include "cli/streams.h"

namespace boundscope {
namespace {

Result<Measurement> read_from(std::istream& in, const std::string& name) {
  Result<Recording> recording = read_recording(in);
  if (recording) return Measurement{*std::move(recording)};
  Error error = recording.error();
  error.message = name + ": " + error.message;
  return error;
}

}  // namespace

Result<Measurement> load(const Options& options) {
  if (options.input == "-") return read_from(std::cin, "standard input");
  std::error_code ignored;
  if (std::filesystem::is_directory(options.input, ignored))
    return Error{ErrorKind::environment, options.input + " is a directory",
                 "name the file of a recording"};
  errno = 0;
  std::ifstream file(options.input, std::ios::binary);
  if (!file)
    return Error{ErrorKind::environment,
                 "could not open " + options.input + ": " + std::strerror(errno),
                 "name the file of a recording, or - for standard input"};
  return read_from(file, options.input);
}

Result<> print(const Options& options, const Recording& recording, const Analysis& analysis) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that leaves early is a failed write, not our end
  if (options.format == Format::json)
    write_json(std::cout, recording, analysis);
  else
    write_text(std::cout, recording, analysis, stdout_style(options.verbose));
  return finish_stdout();
}

Result<> print_host_checks(const Options& options) {
  const Result<std::vector<HostCheck>> checks = examine_host();
  if (!checks) return checks.error();
  std::signal(SIGPIPE, SIG_IGN);
  write_host_checks(std::cout, *checks, stdout_style(options.verbose));
  return finish_stdout();
}

}  // namespace boundscope
