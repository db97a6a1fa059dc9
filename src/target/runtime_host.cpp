#include "target/runtime_host.h"

#include <algorithm>

#include "target/text.h"

namespace boundscope {
namespace {

constexpr std::string_view kServers[] = {"uwsgi", "uwsgi-core", "apache2",
                                         "httpd", "unitd",      "frankenphp"};

// Code of an executable that does nothing but start its runtime: those of java, ruby and python
// with a shared library have some 10 KB; bundlers (PyInstaller) load theirs and have 60 KB.
constexpr std::uint64_t kLauncherCode = 128 * 1024;
constexpr std::uint64_t kLinkedLauncherCode = 512 * 1024;

bool is_server(std::string_view exe) {
  const std::string_view name = base_name(without_deleted(exe));
  return std::find(std::begin(kServers), std::end(kServers), name) != std::end(kServers) ||
         exe.find("/openresty/") != std::string_view::npos;
}

bool is_launcher(const ProgramMarks& program, std::string_view library) {
  const std::string_view name = base_name(library);
  const bool linked =
      std::any_of(program.needed.begin(), program.needed.end(),
                  [&](const std::string& needed) { return name.starts_with(needed); });
  return program.code_bytes <= (linked ? kLinkedLauncherCode : kLauncherCode);
}

bool has(std::string_view path, std::string_view part) {
  return path.find(part) != std::string_view::npos;
}

// Where distributions keep libraries that anybody may use.
bool is_system_library(std::string_view path) {
  return (path.starts_with("/lib") || path.starts_with("/usr/lib")) && !has(path, "/jni/");
}

}  // namespace

std::vector<RuntimeLibrary> runtime_libraries(const CodeMappings& code) {
  std::vector<RuntimeLibrary> libraries;
  for (const CodeFile& file : code.files) {
    NamedRuntime named = runtime_by_library_name(file.path);
    if (named.known()) libraries.push_back({std::move(named), without_deleted(file.path)});
  }
  return libraries;
}

const RuntimeLibrary* hosting_library(const ProgramMarks& program, std::string_view exe,
                                      const std::vector<RuntimeLibrary>& libraries) {
  const bool server = is_server(exe);
  if (program.runtime.known() && !server) return nullptr;
  for (const RuntimeLibrary& library : libraries) {
    const Runtime runtime = library.named.runtime;
    if (runtime == Runtime::unknown) continue;
    const bool always = runtime == Runtime::jvm || runtime == Runtime::dotnet;
    if (always || server || is_launcher(program, library.path)) return &library;
  }
  return nullptr;
}

bool hosts_python_itself(const ProgramMarks& program, std::string_view exe) {
  const auto& held = program.languages;
  return is_server(exe) && std::find(held.begin(), held.end(), "python") != held.end();
}

bool is_extension(std::string_view path, Runtime runtime, std::string_view home) {
  switch (runtime) {
    case Runtime::cpython:
      return !has(path, "/lib-dynload/") &&
             (has(path, ".cpython-") || has(path, ".abi3.so") || has(path, "/site-packages/") ||
              has(path, "/dist-packages/"));
    case Runtime::node:
    case Runtime::deno:
    case Runtime::bun:
      return without_deleted(path).ends_with(".node");
    case Runtime::ruby:
      return has(path, "/gems/") || has(path, "/extensions/");
    case Runtime::php:
      return has(path, "/php/");
    case Runtime::beam:
      return has(path, "/priv/");
    case Runtime::lua:
      return has(path, "/lua/");
    case Runtime::jvm:
      return !is_system_library(path) && !path.starts_with(home);
    case Runtime::dotnet:
      return !is_system_library(path) && !has(path, "/Microsoft.") && !has(path, "/libhostfxr.so");
    case Runtime::go:
    case Runtime::native:
    case Runtime::unknown:
      break;
  }
  return false;
}

}  // namespace boundscope
