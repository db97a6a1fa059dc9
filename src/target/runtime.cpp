#include "target/runtime.h"

#include <sys/stat.h>

#include <array>

#include "target/elf_file.h"
#include "target/go_buildinfo.h"
#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kVersionBytes = "0123456789.";

// The version that `text` starts with, without a trailing dot.
std::string leading_version(std::string_view text) {
  if (text.empty() || kDigits.find(text.front()) == std::string_view::npos) return "";
  std::string_view version = text.substr(0, text.find_first_not_of(kVersionBytes));
  while (version.ends_with('.')) version.remove_suffix(1);
  return std::string(version);
}

// The first version that follows `marker` anywhere in the path.
std::string version_after(std::string_view path, std::string_view marker) {
  for (auto at = path.find(marker); at != std::string_view::npos; at = path.find(marker, at + 1)) {
    std::string version = leading_version(path.substr(at + marker.size()));
    if (!version.empty()) return version;
  }
  return "";
}

// A runtime is recognised by how the base name of its executable or library starts; the rest may
// only be a version. Where it has none, `markers` say after which text the path names it.
struct Rule {
  std::string_view name;
  std::string_view suffix;  // after the version: "python3.11", "libpython3.11.so.1.0"
  Runtime runtime = Runtime::unknown;
  std::array<std::string_view, 3> markers = {};
};

constexpr Rule kExecutables[] = {
    {"node", "", Runtime::node, {"/node/v", "/node-v", "/node/"}},
    {"nodejs", "", Runtime::node, {}},
    {"python", "", Runtime::cpython, {}},
    {"ruby", "", Runtime::ruby, {"/ruby-", "/versions/"}},
    {"php", "", Runtime::php, {}},
    {"php-fpm", "", Runtime::php, {}},
    {"php-cgi", "", Runtime::php, {}},
    {"beam.smp", "", Runtime::beam, {"/erts-"}},
};

constexpr Rule kLibraries[] = {
    {"libjvm", ".so", Runtime::jvm, {"/java-", "/jdk-", "jdk"}},
    {"libcoreclr", ".so", Runtime::dotnet, {"/Microsoft.NETCore.App/"}},
    {"libnode", ".so", Runtime::node, {}},
    {"libpython", ".so", Runtime::cpython, {}},
    {"libruby-", ".so", Runtime::ruby, {}},
    {"libruby", ".so", Runtime::ruby, {}},
    {"libphp", ".so", Runtime::php, {}},
};

bool matches(const Rule& rule, std::string_view name, std::string& version) {
  if (!name.starts_with(rule.name)) return false;
  std::string_view rest = name.substr(rule.name.size());
  version = leading_version(rest);
  rest.remove_prefix(version.size());
  return rule.suffix.empty() ? rest.empty() : rest.starts_with(rule.suffix);
}

template <std::size_t Count>
RuntimeGuess apply(const Rule (&rules)[Count], std::string_view path) {
  for (const Rule& rule : rules) {
    std::string version;
    if (!matches(rule, base_name(path), version)) continue;
    for (const std::string_view marker : rule.markers) {
      if (version.empty() && !marker.empty()) version = version_after(path, marker);
    }
    return {rule.runtime, version};
  }
  return {};
}

constexpr std::size_t kSymbolNamesLimit = 16 * 1024 * 1024;

// "node" is too common a name to go by: every Node exports this to its native modules, or gets it
// from the libnode that it maps.
bool contradicts(const RuntimeGuess& guess, const ElfFile& file) {
  if (guess.runtime != Runtime::node) return false;
  const auto names = file.section(".dynstr", kSymbolNamesLimit);
  if (!names) return true;
  return names->find("napi_module_register") == std::string::npos &&
         names->find("libnode.so") == std::string::npos;
}

RuntimeGuess by_executable(std::string_view path, const ElfFile& file) {
  if (const auto version = go_version(file)) return {Runtime::go, *version};
  RuntimeGuess guess = runtime_by_name(path);
  return contradicts(guess, file) ? RuntimeGuess{} : guess;
}

}  // namespace

RuntimeGuess runtime_by_name(std::string_view exe) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (exe.ends_with(kDeleted)) exe.remove_suffix(kDeleted.size());
  return apply(kExecutables, exe);
}

RuntimeGuess runtime_by_mappings(std::string_view maps) {
  std::string_view previous;
  while (!maps.empty()) {
    const std::string_view line = take_until(maps, '\n');
    const auto slash = line.find('/');
    if (slash == std::string_view::npos || line.substr(slash) == previous) continue;
    previous = line.substr(slash);
    RuntimeGuess guess = apply(kLibraries, previous);
    if (guess.runtime == Runtime::unknown) continue;
    if (guess.runtime == Runtime::node)
      guess.version.clear();  // libnode.so carries the ABI's number
    return guess;
  }
  return {};
}

RuntimeGuess runtime_of_file(const std::string& path) {
  const auto file = ElfFile::open(open_regular(path));
  if (!file) return {};
  RuntimeGuess guess = by_executable(path, *file);
  if (guess.runtime == Runtime::unknown) guess.runtime = Runtime::native;
  return guess;
}

RuntimeGuess RuntimeDetector::of_process(pid_t pid) {
  UniqueFd fd = proc_.open_exe(pid);
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0) return {};
  const auto known = known_.find({info.st_dev, info.st_ino});
  if (known != known_.end()) return known->second;

  const auto file = ElfFile::open(std::move(fd));
  RuntimeGuess guess;
  if (file) guess = by_executable(proc_.exe(pid).value_or(""), *file);
  if (guess.runtime == Runtime::unknown) guess = runtime_by_mappings(proc_.maps(pid).text);
  if (guess.runtime == Runtime::unknown) guess.runtime = Runtime::native;
  known_.insert({{info.st_dev, info.st_ino}, guess});
  return guess;
}

}  // namespace boundscope
