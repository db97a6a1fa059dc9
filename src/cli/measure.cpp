#include "cli/measure.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <optional>

#include "cli/measurement_sink.h"
#include "cli/sandbox.h"
#include "cli/stop_signal.h"
#include "cli/streams.h"
#include "report/escape.h"
#include "target/resolve_container.h"
#include "target/start_command.h"

namespace boundscope {
namespace {

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

void confine(const std::optional<StartedCommand>& command) {
  const std::optional<pid_t> group = command ? std::optional(command->pid()) : std::nullopt;
  if (const Result<> confined = confine_measuring(calls_while_measuring(), group); !confined)
    warn("it goes on without a sandbox: " + confined.error().message);
}

void show_capabilities(const RecordingHeader& header) {
  for (const Capability& capability : header.capabilities)
    std::cerr << capability.name << ": " << to_string(capability.state)
              << (capability.mechanism.empty() ? "" : " by " + capability.mechanism)
              << (capability.reason.empty() ? "" : " (" + escaped(capability.reason) + ")") << '\n';
}

}  // namespace

Result<Measurement> measure(const Options& options) {
  const std::atomic<bool>& stop = stop_on_signals();
  OutputFile output;
  if (const Result<> opened = output.open(options.output); !opened) return opened.error();
  std::optional<StartedCommand> command;
  if (!options.target.command.empty()) {
    Result<StartedCommand> started = start_command(options.target.command);
    if (!started) return started.error();
    command.emplace(*std::move(started));
  }
  const CollectOptions collect{.duration_s = options.duration_s,
                               .frequency_hz = options.frequency_hz,
                               .window_s = 1,
                               .budget_share = options.budget_share,
                               .by_kprobes = options.backend == Backend::kprobes,
                               .roots = {}};
  std::optional<Result<LoadedProbes>> probes;  // none: by polling
  if (options.backend != Backend::procfs) probes.emplace(LoadedProbes::load(collect));
  // From here on names, files and memory of the target are read.
  confine(command);
  const Result<Target> target = command             ? target_of(*command)
                                : options.container ? resolve_container(*options.container)
                                                    : resolve_target(options.target);
  // A wrong target is wrong with any privileges: it is named first.
  if (!target) return target.error();
  if (probes && !*probes) return probes->error();

  Progress progress(std::cerr, options.duration_s, stderr_is_terminal());
  progress.say("attaching to " + escaped(target->description));
  const auto go_on = options.command == Command::attach ? MeasurementSink::FileFailure::go_on
                                                        : MeasurementSink::FileFailure::end;
  MeasurementSink sink(output.stream(), go_on, progress, [&]() -> Result<> {
    if (command) return command->release();
    return Done{};
  });
  Result<> recorded = probes ? record(*target, collect, sink, stop, std::move(**probes))
                             : record_by_polling(*target, collect, sink, stop);
  progress.clear();
  if (!recorded && sink.recording().windows.empty()) return recorded.error();
  if (options.verbose) show_capabilities(sink.recording().header);
  return Measurement{sink.recording(), recorded ? sink.file_outcome() : recorded, {}};
}

Result<std::vector<HostCheck>> examine_host() {
  std::vector<HostCheck> checks = check_host();
  for (HostCheck& tried : try_probes()) checks.push_back(std::move(tried));
  return checks;
}

}  // namespace boundscope
