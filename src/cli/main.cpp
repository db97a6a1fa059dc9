// The line: target -> collector -> RECORDING -> analysis -> verdict -> report.
#include <iostream>

#include "cli/answer.h"
#include "cli/streams.h"

namespace boundscope {
namespace {

Result<> run(const Options& options) {
  if (options.command == Command::doctor) return print_host_checks(options);

  const Result<Measurement> measured =
      options.command == Command::report ? load(options) : measure(options);
  if (!measured) return measured.error();
  if (options.command == Command::record) return measured->outcome;

  const Analysis analysis = analyze(measured->recording);
  const Result<> printed = print(options, measured->recording, analysis);
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
