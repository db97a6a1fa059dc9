#include "target/runtime_node.h"

#include <array>
#include <optional>

#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::array<std::string_view, 3> kNumbers = {"NODE_MAJOR_VERSION", "NODE_MINOR_VERSION",
                                                      "NODE_PATCH_VERSION"};

// The number that "#define NAME 20" gives.
std::optional<unsigned> defined_number(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    std::string_view line = take_until(header, '\n');
    if (take_word(line) == "#define" && take_word(line) == name) {
      return parse_number<unsigned>(take_word(line));
    }
  }
  return std::nullopt;
}

std::string_view folder_of(std::string_view path) {
  const auto slash = path.find_last_of('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

}  // namespace

std::string node_version_of_header(std::string_view header) {
  std::string version;
  for (const std::string_view name : kNumbers) {
    const auto number = defined_number(header, name);
    if (!number) return "";
    version += (version.empty() ? "" : ".") + std::to_string(*number);
  }
  return version;
}

std::string installed_node_version(std::string_view exe, const ProcessRoot& root) {
  const std::string installation(folder_of(folder_of(exe)));
  return node_version_of_header(root.read(installation + "/include/node/node_version.h"));
}

}  // namespace boundscope
