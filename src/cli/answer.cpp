#include "cli/answer.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <sstream>

#include "boundscope/report.h"
#include "cli/sandbox.h"
#include "cli/streams.h"
#include "report/folded.h"
#include "report/pprof.h"
#include "report/speedscope.h"

namespace boundscope {
namespace {

Result<Measurement> read_from(std::istream& in, const std::string& name) {
  Result<Recording> recording = read_recording(in);
  if (recording) return Measurement{*std::move(recording)};
  Error error = recording.error();
  error.message = name + ": " + error.message;
  return error;
}

// Where the answer goes; empty: stdout. The -o of the other commands is for the recording.
std::string answer_file(const Options& options) {
  const bool answers = options.command == Command::report || options.command == Command::roi;
  const bool to_file = answers && options.output != "-";
  return to_file ? options.output : "";
}

}  // namespace

Result<RecordingFile> RecordingFile::open(const std::string& path) {
  RecordingFile opened;
  opened.name_ = path == "-" ? "standard input" : path;
  if (path == "-") return opened;
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    return Error{ErrorKind::environment, path + " is a directory", "name the file of a recording"};
  errno = 0;
  opened.file_ = std::make_unique<std::ifstream>(path, std::ios::binary);
  if (!*opened.file_)
    return Error{ErrorKind::environment, "could not open " + path + ": " + std::strerror(errno),
                 "name the file of a recording, or - for standard input"};
  return opened;
}

Result<Measurement> RecordingFile::read() { return read_from(file_ ? *file_ : std::cin, name_); }

Result<AnswerFile> open_answer(const Options& options) {
  const std::string path = answer_file(options);
  return path.empty() ? AnswerFile() : AnswerFile::open(path);
}

void confine_to_open_files() {
  if (const Result<> confined = confine_reporting(); !confined)
    warn("it goes on without a sandbox: " + confined.error().message);
}

Result<> deliver(const AnswerFile& file, const std::function<void(std::ostream&)>& write) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that leaves early is a failed write, not our end
  if (file) {
    std::ostringstream text;
    write(text);
    return file.write(text.str());
  }
  write(std::cout);
  return finish_stdout();
}

Result<> check_output(const Options& options) {
  const std::string file = answer_file(options);
  if (options.format == Format::pprof && file.empty() && stdout_is_terminal())
    return Error{ErrorKind::usage, "a pprof profile is binary and would upset the terminal",
                 options.command == Command::report
                     ? "write it to a file: -o profile.pb.gz, or into a pipe"
                     : "redirect it to a file: > profile.pb.gz, or into a pipe"};
  std::error_code ignored;
  if (!file.empty() && std::filesystem::equivalent(file, options.input, ignored))
    return Error{ErrorKind::usage, file + " is the recording itself and would be overwritten",
                 "give another file to -o"};
  return Done{};
}

Result<Measurement> load(const Options& options) {
  Result<RecordingFile> file = RecordingFile::open(options.input);
  if (!file) return file.error();
  Result<AnswerFile> answer = open_answer(options);
  if (!answer) return answer.error();
  confine_to_open_files();
  Result<Measurement> measured = file->read();
  if (measured) measured->answer = *std::move(answer);
  return measured;
}

Result<> print(const Options& options, const Measurement& measured, const Analysis& analysis) {
  TextStyle style = stdout_style(options.verbose);
  style.color = style.color && !measured.answer;
  return deliver(measured.answer, [&](std::ostream& out) {
    if (options.format == Format::json)
      write_json(out, measured.recording, analysis);
    else
      write_text(out, measured.recording, analysis, style);
  });
}

Result<> print_profile(const Options& options, const Measurement& measured) {
  const Recording& recording = measured.recording;
  const Profile profile = make_profile(recording, options.profile);
  if (profile.rows.empty()) warn("the recording holds no samples for this profile: it is empty");
  return deliver(measured.answer, [&](std::ostream& out) {
    if (options.format == Format::pprof)
      write_pprof(out, recording, profile);
    else if (options.format == Format::speedscope)
      write_speedscope(out, recording, profile);
    else
      write_folded(out, recording, profile);
  });
}

Result<> print_host_checks(const Options& options) {
  const Result<std::vector<HostCheck>> checks = examine_host();
  if (!checks) return checks.error();
  std::signal(SIGPIPE, SIG_IGN);
  write_host_checks(std::cout, *checks, stdout_style(options.verbose));
  return finish_stdout();
}

}  // namespace boundscope
