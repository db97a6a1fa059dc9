#include "target/runtime_options.h"

#include <string>

#include "target/text.h"

namespace boundscope {

namespace {
constexpr std::size_t kEnvironmentLimit = 256 * 1024;
}  // namespace

std::string command_line(const ProcFs& proc, pid_t pid) {
  return read_file(proc.path(pid, "cmdline")).text;
}

std::vector<std::string_view> split_arguments(std::string_view command_line) {
  std::vector<std::string_view> arguments;
  while (!command_line.empty()) arguments.push_back(take_until(command_line, '\0'));
  return arguments;
}

std::string environment_variable(const ProcFs& proc, pid_t pid, std::string_view name) {
  const std::string text = read_file(proc.path(pid, "environ"), kEnvironmentLimit).text;
  for (const std::string_view entry : split_arguments(text)) {
    if (entry.size() > name.size() && entry.starts_with(name) && entry[name.size()] == '=') {
      return std::string(entry.substr(name.size() + 1));
    }
  }
  return "";
}

}  // namespace boundscope
