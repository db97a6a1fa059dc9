// The standard streams: closed ones, terminals, colours, failures.
#pragma once

#include <string>

#include "boundscope/report.h"
#include "boundscope/result.h"

namespace boundscope {

// A standard descriptor that is closed would be given to the next file that is opened, and we would
// write into that. Call it first.
void keep_standard_descriptors();

bool stderr_is_terminal();
bool stdout_is_terminal();
TextStyle stdout_style(bool verbose);  // colours on a terminal, unless NO_COLOR or TERM=dumb

// Flushes stdout. Errors: it is closed or full.
Result<> finish_stdout();

void warn(const std::string& message);

// Prints an error and its hint to stderr; the exit status that belongs to it.
int fail(const Error& error);

}  // namespace boundscope
