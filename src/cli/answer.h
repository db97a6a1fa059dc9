// What stands on either side of the analysis when it is run from the command line.
#pragma once

#include <fstream>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include "boundscope/analysis.h"
#include "cli/answer_file.h"
#include "cli/measure.h"
#include "cli/options.h"

namespace boundscope {

// A recording that is open and not read yet: it may be anybody's, so that reading it comes after
// confine_to_open_files().
class RecordingFile {
 public:
  // "-" is stdin. Errors: it cannot be opened.
  static Result<RecordingFile> open(const std::string& path);
  // Errors: it is damaged.
  Result<Measurement> read();

 private:
  std::string name_;
  std::unique_ptr<std::ifstream> file_;  // none: stdin
};

// Where the answer goes: the file of -o, or stdout. Error: it cannot be written to.
Result<AnswerFile> open_answer(const Options& options);

// From here on nothing new is opened (sandbox.h). Says so where the kernel cannot.
void confine_to_open_files();

// What `write` writes, there. Error: it cannot be written.
Result<> deliver(const AnswerFile& file, const std::function<void(std::ostream&)>& write);

// The recording that `report` names. Errors: it cannot be read, or is damaged.
Result<Measurement> load(const Options& options);

// Whether what print() or print_profile() would write can go where it would go: known before
// anything is measured. Errors: binary data on a terminal, a recording that would be overwritten.
Result<> check_output(const Options& options);

// The answer in the format that was asked for, on stdout or in the file of -o. Error: it cannot be
// written.
Result<> print(const Options& options, const Measurement& measured, const Analysis& analysis);
Result<> print_profile(const Options& options, const Measurement& measured);

// `boundscope doctor`.
Result<> print_host_checks(const Options& options);

}  // namespace boundscope
