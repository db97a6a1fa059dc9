#include "target/runtime_program.h"

#include <algorithm>
#include <optional>

#include "target/go_buildinfo.h"
#include "target/runtime_language.h"

namespace boundscope {
namespace {

constexpr std::size_t kNamesLimit = 16 * 1024 * 1024;  // Node exports 5 MB of names

NamedRuntime runtime_called(Runtime runtime) { return {runtime, "", language_of(runtime), ""}; }

// Node, Deno and Bun offer the same functions to native modules, under whatever name they run
// (`deno compile` and single executable applications are copies of them).
std::optional<Runtime> javascript_runtime(const ElfFile& file, std::string_view names) {
  if (!holds(names, "napi_module_register")) return std::nullopt;
  if (file.has_section(".bun") || holds(names, "BUN_")) return Runtime::bun;
  if (holds(names, "_ZN4node")) return Runtime::node;
  const auto comment = file.section(".comment", 16 * 1024);
  if (comment && holds(*comment, "rustc version")) return Runtime::deno;
  return std::nullopt;
}

// Names are the target's to choose. A file that has symbols must hold what its name promises, or
// ask for the library that does.
bool contradicts(const NamedRuntime& named, std::string_view names) {
  const bool has_symbols = names.size() > 1;  // static programs may have an empty table
  return !named.mark.empty() && has_symbols && !holds(names, named.mark) &&
         !(named.runtime == Runtime::node && holds(names, "libnode.so"));
}

NamedRuntime interpreter_of(std::string_view path, const ElfFile& file, std::string_view names) {
  NamedRuntime named = runtime_by_executable_name(path);
  if (contradicts(named, names)) named = {};
  if (const auto found = javascript_runtime(file, names)) {
    if (named.runtime != *found) named = runtime_called(*found);
  }
  // A .NET application in a single file carries the runtime, which exports this for debuggers.
  if (!named.known() && holds(names, "DotNetRuntimeInfo")) named = runtime_called(Runtime::dotnet);
  return named;
}

void drop(std::vector<std::string>& all, std::string_view one) {
  all.erase(std::remove(all.begin(), all.end(), one), all.end());
}

// Go's own linker leaves no start-up code of C; it is there only if a C compiler linked the
// program, which Go asks for when packages outside of its library use cgo.
bool linked_by_c(const ElfFile& file) {
  return file.has_section(".init") || file.has_section(".init_array") || file.has_initialiser();
}

void fill_go(ProgramMarks& marks, const GoBuild& build, const ElfFile& file) {
  const bool cgo = linked_by_c(file);
  drop(marks.languages, "c");
  if (!build.is_program) {
    // C or C++ that carries a Go library.
    if (marks.languages.empty()) marks.languages.emplace_back("c");
    marks.languages.emplace_back("go");
    return;
  }
  marks.runtime = runtime_called(Runtime::go);
  marks.runtime.version = build.version;
  if (cgo) marks.languages.emplace_back("cgo");
}

}  // namespace

ProgramMarks program_marks(std::string_view path, const ElfFile& file) {
  ProgramMarks marks;
  marks.needed = file.needed();
  marks.code_bytes = file.code_bytes();
  const std::string names = file.dynamic_names(kNamesLimit);
  if (const auto build = go_build(file)) {
    marks.languages = native_languages(file, names);
    fill_go(marks, *build, file);
    return marks;
  }
  marks.runtime = interpreter_of(path, file, names);
  if (marks.runtime.known()) return marks;  // what it was made from is not the program's matter
  marks.languages = native_languages(file, names);
  if (file.has_section(".PyRuntime")) marks.languages.emplace_back("python");
  return marks;
}

std::vector<std::string> extension_marks(const ElfFile& file) {
  const std::string names = file.dynamic_names(kNamesLimit);
  std::vector<std::string> found = native_languages(file, names);
  if (go_build(file)) {
    drop(found, "c");
    found.emplace_back("go");
  }
  if (holds(names, "JNI_OnLoad") || holds(names, "Java_")) found.emplace_back("jni");
  return found;
}

}  // namespace boundscope
