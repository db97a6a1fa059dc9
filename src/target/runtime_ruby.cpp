#include "target/runtime_ruby.h"

#include "target/runtime_options.h"
#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::string_view kEither = "jit";

// "--yjit" and "--yjit-exec-mem-size=64" alike; "" unless it is about the compiler.
std::string_view compiler_of(std::string_view option) {
  if (option.starts_with("--yjit")) return "yjit";
  if (option.starts_with("--mjit")) return "mjit";
  if (option.starts_with("--jit")) return kEither;  // MJIT before Ruby 3.2, YJIT since
  return {};
}

// Ruby's own options end where the script begins.
std::string_view compiler_of_command_line(std::string_view command_line) {
  const auto arguments = split_arguments(command_line);
  std::string_view compiler;
  for (std::size_t i = 1; i < arguments.size() && arguments[i].starts_with('-'); ++i) {
    if (arguments[i] == "--") break;
    if (const auto found = compiler_of(arguments[i]); !found.empty()) compiler = found;
  }
  return compiler;
}

std::string_view compiler_of_options(std::string_view options) {
  std::string_view compiler;
  for (auto word = take_word(options); !word.empty(); word = take_word(options)) {
    if (const auto found = compiler_of(word); !found.empty()) compiler = found;
  }
  return compiler;
}

}  // namespace

// A program may also switch YJIT on while it runs (Rails does). Then only its code tells, and its
// absence says that nothing was compiled so far. MJIT leaves libraries, not anonymous code.
std::string ruby_jit(const RubyStart& start) {
  std::string_view compiler = compiler_of_command_line(start.command_line);
  if (compiler.empty()) compiler = compiler_of_options(start.options);
  if (compiler.empty() && (start.yjit_enable == "1" || start.yjit_enable == "true")) {
    compiler = "yjit";
  }
  if ((compiler.empty() || compiler == kEither) && start.anonymous_code) compiler = "yjit";
  if (compiler == kEither) return "";
  if (compiler.empty() && start.maps_known) compiler = "none";
  return std::string(compiler);
}

}  // namespace boundscope
