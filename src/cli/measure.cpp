#include "cli/measure.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <memory>

#include "cli/measurement_sink.h"
#include "cli/stop_signal.h"
#include "cli/streams.h"
#include "target/start_command.h"

namespace boundscope {
namespace {

// What is measured, and the command behind it if we start it ourselves.
struct Subject {
  Target target;
  std::optional<StartedCommand> command;
};

Result<Subject> find_subject(const TargetSelector& selector) {
  if (selector.command.empty()) {
    Result<Target> target = resolve_target(selector);
    if (!target) return target.error();
    return Subject{*std::move(target), std::nullopt};
  }
  Result<StartedCommand> command = start_command(selector.command);
  if (!command) return command.error();
  Result<Target> target = target_of(*command);
  if (!target) return target.error();
  return Subject{*std::move(target), *std::move(command)};
}

// Opened before anything is measured, so that a path that cannot be written fails at once.
class OutputFile {
 public:
  Result<> open(const std::string& path) {
    if (path.empty() || path == "-") {
      stream_ = path.empty() ? nullptr : &std::cout;
      return Done{};
    }
    errno = 0;
    file_.open(path, std::ios::binary | std::ios::trunc);
    stream_ = &file_;
    if (file_) return Done{};
    return Error{ErrorKind::environment,
                 "could not open " + path + " for the recording: " + std::strerror(errno),
                 "choose a file that you can write with -o"};
  }

  std::ostream* stream() { return stream_; }

 private:
  std::ofstream file_;
  std::ostream* stream_ = nullptr;
};

void show_capabilities(const RecordingHeader& header) {
  for (const Capability& capability : header.capabilities)
    std::cerr << capability.name << ": " << to_string(capability.state)
              << (capability.mechanism.empty() ? "" : " by " + capability.mechanism)
              << (capability.reason.empty() ? "" : " (" + capability.reason + ")") << '\n';
}

}  // namespace

Result<Measurement> measure(const Options& options) {
  const std::atomic<bool>& stop = stop_on_signals();
  OutputFile output;
  if (const Result<> opened = output.open(options.output); !opened) return opened.error();
  Result<Subject> subject = find_subject(options.target);
  if (!subject) return subject.error();

  Progress progress(std::cerr, options.duration_s, stderr_is_terminal());
  progress.say("attaching to " + subject->target.description);
  const auto go_on = options.command == Command::attach ? MeasurementSink::FileFailure::go_on
                                                        : MeasurementSink::FileFailure::end;
  MeasurementSink sink(output.stream(), go_on, progress, [&]() -> Result<> {
    if (subject->command) return subject->command->release();
    return Done{};
  });
  const CollectOptions collect{.duration_s = options.duration_s,
                               .frequency_hz = options.frequency_hz,
                               .window_s = 1,
                               .budget_share = options.budget_share,
                               .roots = {}};
  Result<> recorded = record(subject->target, collect, sink, stop);
  progress.clear();
  if (!recorded && sink.recording().windows.empty()) return recorded.error();
  if (options.verbose) show_capabilities(sink.recording().header);
  return Measurement{sink.recording(), recorded ? sink.file_outcome() : recorded};
}

Result<std::vector<HostCheck>> examine_host() { return check_host(); }

}  // namespace boundscope
