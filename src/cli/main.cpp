// The line: target -> collector -> RECORDING -> analysis -> verdict -> report.
#include <iostream>

#include "cli/answer.h"
#include "cli/prediction.h"
#include "cli/roi.h"
#include "cli/streams.h"

namespace boundscope {
namespace {

Result<> run(const Options& options) {
  if (options.command == Command::doctor) return print_host_checks(options);
  if (options.command == Command::roi) return print_returns(options);

  if (const Result<> possible = check_output(options); !possible) return possible;
  const Result<Prediction> prediction = prediction_of(options);
  if (!prediction) return prediction.error();
  const Result<Measurement> measured =
      options.command == Command::report ? load(options) : measure(options);
  if (!measured) return measured.error();
  if (options.command == Command::record) return measured->outcome;

  const Result<> printed =
      is_profile(options.format)
          ? print_profile(options, *measured)
          : print(options, *measured, analyze(measured->recording, prediction->options()));
  return printed ? measured->outcome : printed;
}

}  // namespace
}  // namespace boundscope

int main(int argc, char** argv) {
  using namespace boundscope;
  keep_standard_descriptors();
  const Result<Request> request = parse_options({argv + 1, argv + argc});
  if (!request) return fail(request.error());
  if (const auto* printout = std::get_if<Printout>(&*request)) {
    std::cout << printout->text;
    const Result<> printed = finish_stdout();
    return printed ? 0 : fail(printed.error());
  }
  const Result<> done = run(std::get<Options>(*request));
  return done ? 0 : fail(done.error());
}
