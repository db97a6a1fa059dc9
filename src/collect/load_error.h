// What the kernel's refusals mean, and what the user can do about them.
#pragma once

#include <bpf/libbpf.h>

#include <cstdarg>
#include <string>

#include "boundscope/result.h"

namespace boundscope {

// `tried` completes the sentence "cannot ...".
Error load_error(int error_number, const std::string& tried);

// libbpf's printer: keeps quiet, but remembers the first warning for the next load_error().
int keep_first_failure(libbpf_print_level level, const char* format, va_list arguments);

}  // namespace boundscope
