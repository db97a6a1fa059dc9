#include "cli/streams.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "report/escape.h"

namespace boundscope {
void keep_standard_descriptors() {
  // Read-only for all three: a write to a closed stdout must still fail.
  for (int descriptor = 0; descriptor <= 2; ++descriptor)
    if (fcntl(descriptor, F_GETFD) == -1 && open("/dev/null", O_RDONLY) != descriptor) std::abort();
}

bool stderr_is_terminal() { return isatty(STDERR_FILENO) == 1; }
bool stdout_is_terminal() { return isatty(STDOUT_FILENO) == 1; }

TextStyle stdout_style(bool verbose) {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool wanted = (no_color == nullptr || *no_color == '\0') &&
                      (terminal == nullptr || std::strcmp(terminal, "dumb") != 0);
  return {.color = wanted && stdout_is_terminal(), .verbose = verbose};
}

Result<> finish_stdout() {
  errno = 0;
  std::cout.flush();
  if (std::cout) return Done{};
  const std::string why = errno == 0 ? "it failed" : std::strerror(errno);
  return Error{ErrorKind::environment, "could not write to standard output: " + why, ""};
}

// Messages may quote paths and names of the target.
void warn(const std::string& message) { std::cerr << "boundscope: " << escaped(message) << '\n'; }

int fail(const Error& error) {
  std::cerr << "boundscope: " << escaped(error.message) << '\n';
  if (!error.hint.empty()) std::cerr << "  " << escaped(error.hint) << '\n';
  return error.kind == ErrorKind::usage ? 2 : 1;
}

}  // namespace boundscope
