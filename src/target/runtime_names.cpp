#include "target/runtime_names.h"

#include <array>
#include <span>

#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::string_view kVersionBytes = "0123456789.";

// The version that `text` starts with, without a trailing dot.
std::string leading_version(std::string_view text) {
  if (text.empty() || text.front() == '.') return "";
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
  std::string_view mark = {};
  std::string_view language = {};  // if there is no runtime that it follows from
};

constexpr Rule kExecutables[] = {
    {"node", "", Runtime::node, {"/node/v", "/node-v", "/node/"}, "napi_module_register"},
    {"nodejs", "", Runtime::node, {}, "napi_module_register"},
    {"deno", "", Runtime::deno, {"/deno/", "/deno-v"}, "napi_module_register"},
    {"bun", "", Runtime::bun, {"/bun/", "/bun-v"}, "napi_module_register"},
    {"python", "", Runtime::cpython, {"/versions/", "/cpython-"}, "Py_"},
    {"ruby", "", Runtime::ruby, {"/ruby-", "/versions/"}, "ruby"},
    {"php", "", Runtime::php, {}, "zend_"},
    {"php-fpm", "", Runtime::php, {}, "zend_"},
    {"php-cgi", "", Runtime::php, {}, "zend_"},
    {"beam.smp", "", Runtime::beam, {"/erts-"}, "erts_"},
    {"lua", "", Runtime::lua, {}, "lua"},
    {"luajit", "", Runtime::lua, {}, "lua"},
    {"luajit-", "", Runtime::lua, {}, "lua"},
    {"luajit-", "-beta", Runtime::lua, {}, "lua"},
    {"perl", "", Runtime::unknown, {}, "perl", "perl"},
    {"pypy", "", Runtime::unknown, {}, "pypy", "python"},
    {"mono-sgen", "", Runtime::unknown, {}, "mono", "c#"},
};

constexpr Rule kLibraries[] = {
    {"libjvm", ".so", Runtime::jvm, {"/java-", "/jdk-", "jdk"}},
    {"libcoreclr", ".so", Runtime::dotnet, {"/Microsoft.NETCore.App/"}},
    {"libnode", ".so", Runtime::node, {}},
    {"libpython", ".so", Runtime::cpython, {"/versions/", "/cpython-"}},
    {"libpython", "m.so", Runtime::cpython, {"/versions/"}},  // before 3.8
    {"libruby-", ".so", Runtime::ruby, {}},
    {"libruby", ".so", Runtime::ruby, {}},
    {"libphp", ".so", Runtime::php, {}},
    {"libluajit-", ".so", Runtime::lua, {}},
    {"liblua", ".so", Runtime::lua, {}},
    {"liblua-", ".so", Runtime::lua, {}},
    {"libperl", ".so", Runtime::unknown, {}, {}, "perl"},
    {"libpypy", "-c.so", Runtime::unknown, {}, {}, "python"},
    {"libmonosgen-", ".so", Runtime::unknown, {}, {}, "c#"},
    {"libR", ".so", Runtime::unknown, {}, {}, "r"},
};

bool matches(const Rule& rule, std::string_view name, std::string& version) {
  if (!name.starts_with(rule.name)) return false;
  std::string_view rest = name.substr(rule.name.size());
  version = leading_version(rest);
  rest.remove_prefix(version.size());
  return rule.suffix.empty() ? rest.empty() : rest.starts_with(rule.suffix);
}

// "libruby-3.1.so.3.1.2" says more after its suffix than before it; other libraries carry the
// number of their interface there.
void take_longer_version(std::string_view name, std::string& version) {
  const auto at = name.find(".so.");
  if (version.empty() || at == std::string_view::npos) return;
  const std::string longer = leading_version(name.substr(at + 4));
  if (longer.starts_with(version + ".")) version = longer;
}

NamedRuntime apply(std::span<const Rule> rules, std::string_view path) {
  const std::string_view name = base_name(path);
  for (const Rule& rule : rules) {
    std::string version;
    if (!matches(rule, name, version)) continue;
    take_longer_version(name, version);
    for (const std::string_view marker : rule.markers) {
      if (marker.empty()) break;
      // A path may say 3.11.7 where the name only says 3.11.
      const std::string longer = version_after(path, marker);
      if (version.empty() || longer.starts_with(version + ".")) version = longer;
    }
    const bool own = rule.runtime == Runtime::unknown;
    return {rule.runtime, version, own ? rule.language : language_of(rule.runtime), rule.mark};
  }
  return {};
}

}  // namespace

std::string_view without_deleted(std::string_view path) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  return path;
}

NamedRuntime runtime_by_executable_name(std::string_view path) {
  return apply(kExecutables, without_deleted(path));
}

NamedRuntime runtime_by_library_name(std::string_view path) {
  path = without_deleted(path);
  NamedRuntime named = apply(kLibraries, path);
  // Their numbers are those of an interface: libnode.so.108, libluajit-5.1.so.2.1.0.
  if (named.runtime == Runtime::node) named.version.clear();
  if (base_name(path).starts_with("libluajit-")) {
    named.version = leading_version(path.substr(path.find(".so") + 3).starts_with('.')
                                        ? path.substr(path.find(".so") + 4)
                                        : "");
  }
  return named;
}

}  // namespace boundscope
