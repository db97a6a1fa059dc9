// Texts for -h and -V.
#pragma once

#include <string>

#include "cli/options.h"

namespace boundscope {

std::string help_text();  // of the program
std::string help_text(Command command);
std::string version_text();

}  // namespace boundscope
