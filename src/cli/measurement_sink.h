// Where a live measurement goes: into memory, into a file, and onto the progress line.
#pragma once

#include <functional>
#include <iosfwd>
#include <optional>

#include "boundscope/recording.h"
#include "cli/progress.h"
#include "recording/recording_builder.h"

namespace boundscope {

class MeasurementSink : public RecordingSink {
 public:
  // What to do when the file cannot be written any more.
  enum class FileFailure { end, go_on };

  // `file` may be null. `on_attached` runs once the probes are in place.
  MeasurementSink(std::ostream* file, FileFailure on_failure, Progress& progress,
                  std::function<Result<>()> on_attached);

  Result<> on_header(const RecordingHeader& header) override;
  Result<> on_process(const TargetProcess& process) override;
  Result<> on_frame(const Frame& frame) override;
  Result<> on_stack(const Stack& stack) override;
  Result<> on_window(const Window& window) override;
  Result<> on_end(RecordingEnd end) override;

  const Recording& recording() const { return memory_.recording(); }
  // The first failure of the file, if any; it may have been survived.
  Result<> file_outcome() const;

 private:
  // Writes a part to the file as long as that works.
  Result<> written(const std::function<Result<>(RecordingWriter&)>& write);

  RecordingBuilder memory_;
  std::optional<RecordingWriter> file_;
  FileFailure on_failure_;
  Progress& progress_;
  std::function<Result<>()> on_attached_;
  std::optional<Error> file_error_;
};

}  // namespace boundscope
