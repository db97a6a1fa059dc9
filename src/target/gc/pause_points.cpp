#include "target/gc/pause_points.h"

#include <string_view>

#include "target/gc/pause_search.h"
#include "target/gc/return_probes.h"
#include "target/gc/runtime_file.h"
#include "target/proc_fs.h"

namespace boundscope {
namespace {

constexpr std::string_view kHint = "CPU time of the collector still comes from samples";

Error failure(std::string_view message) {
  return {
      .kind = ErrorKind::environment, .message = std::string(message), .hint = std::string(kHint)};
}

bool is_digit(std::string_view text, std::size_t at) {
  return at < text.size() && text[at] >= '0' && text[at] <= '9';
}

// "libpython3.11.so.1.0", but not "libpython3.so", which only leads to it.
bool is_python_library(std::string_view name) {
  return name.starts_with("libpython") && is_digit(name, 9) && name.substr(10).starts_with('.') &&
         is_digit(name, 11);
}
bool is_jvm_library(std::string_view name) { return name == "libjvm.so"; }
bool is_node_library(std::string_view name) { return name.starts_with("libnode.so"); }
bool is_ruby_library(std::string_view name) {
  return name.starts_with("libruby") && name.find(".so") != std::string_view::npos;
}
bool is_php_library(std::string_view name) {
  return name.starts_with("libphp") && name.find(".so") != std::string_view::npos;
}
bool is_no_library(std::string_view) { return false; }

// The first way that leads somewhere; else what was against the first that led to something.
template <class... Way>
Result<PausePoints> first_of(std::string_view nothing, Way... ways) {
  FoundPoints refused;
  FoundPoints found;
  const auto try_way = [&](auto way) {
    if (found) return;
    FoundPoints points = way();
    if (points && *points) {
      found = std::move(points);
    } else if (points && !refused) {
      refused = std::move(points);
    }
  };
  (try_way(ways), ...);
  if (found) return *std::move(found);
  return failure(refused ? std::string_view(refused->error().message) : nothing);
}

Result<PausePoints> jvm_points(const RuntimeFile& file, std::string_view hazard) {
  // Where the world is started again, the waking of the threads is inside: its return is the end.
  const std::vector<SymbolPair> symbols = {{.begin = {"_ZN20SafepointSynchronize5beginEv"},
                                            .end = {"_ZN20SafepointSynchronize3endEv"},
                                            .end_on_return = true}};
  return first_of(
      "this JVM has neither probes nor symbols for its safepoints",
      [&] {
        return points_from_usdt(file, {{"hs_private", "safepoint__begin", "safepoint__end"}},
                                false);
      },
      [&] { return points_from_symbols(file, symbols, hazard); });
}

Result<PausePoints> node_points(const RuntimeFile& file, std::string_view hazard) {
  const auto prefix = [](std::string_view text) { return WantedSymbol{text, true}; };
  // Marking that goes on beside the program begins with a stop of its own.
  const SymbolPair marking = {
      .begin = {"_ZN2v88internal4Heap41InvokeIncrementalMarkingPrologueCallbacksEv"},
      .end = {"_ZN2v88internal4Heap41InvokeIncrementalMarkingEpilogueCallbacksEv"},
      .is_extra = true};
  const std::vector<SymbolPair> symbols = {
      {.begin = prefix("_ZN2v88internal8GCTracer20StartObservablePauseE"),
       .end = prefix("_ZN2v88internal8GCTracer19StopObservablePauseE")},
      marking,
      {.begin = prefix("_ZN2v88internal8GCTracer5StartENS0_16GarbageCollectorE"),  // Node 16
       .end = prefix("_ZN2v88internal8GCTracer4StopENS0_16GarbageCollectorE"),
       .nests = true},
      marking,
      {.begin = prefix("_ZN2v88internal4Heap14CollectGarbageENS0_15AllocationSpaceE"),
       .nests = true},
      marking,
  };
  return first_of(
      "this V8 has no symbols for its collections, and they cannot be found without",
      [&] { return points_from_symbols(file, symbols, hazard); },
      [&] { return v8_points_from_anchor(file, hazard); });
}

Result<PausePoints> cpython_points(const RuntimeFile& file, std::string_view hazard) {
  const std::vector<SymbolPair> symbols = {
      {.begin = {"gc_collect_main"}, .nests = true},                    // 3.10 to 3.13
      {.begin = {"_PyGC_Collect"}, .nests = true},                      // 3.14
      {.begin = {"collect"}, .nests = true, .beside = "PyGC_Collect"},  // up to 3.9
  };
  return first_of(
      "this CPython has neither probes nor symbols for its collections, and they cannot be found "
      "without",
      [&] {
        return points_from_usdt(file, {{"python", "gc__start", "gc__done"}}, false);
      },
      [&] { return points_from_symbols(file, symbols, hazard); },
      [&] { return cpython_points_from_anchor(file, hazard); });
}

Result<PausePoints> ruby_points(const RuntimeFile& file) {
  const std::vector<UsdtPair> probes = {{"ruby", "gc__mark__begin", "gc__mark__end"},
                                        {"ruby", "gc__sweep__begin", "gc__sweep__end"}};
  return first_of("this Ruby was built without probes, and its collector has no symbols",
                  [&] { return points_from_usdt(file, probes, true); });
}

Result<PausePoints> php_points(const RuntimeFile& file, std::string_view hazard) {
  const std::vector<SymbolPair> symbols = {{.begin = {"zend_gc_collect_cycles"}, .nests = true}};
  return first_of("this PHP does not export its collector",
                  [&] { return points_from_symbols(file, symbols, hazard); });
}

Result<PausePoints> go_points(const RuntimeFile& file) {
  return first_of("the Go program's function table cannot be read",
                  [&] { return points_from_pclntab(file); });
}

// Why a runtime has no places; docs/gc_probes.md has the reasons at length.
std::string_view missing_points(Runtime runtime) {
  switch (runtime) {
    case Runtime::beam:
      return "Erlang processes collect one by one and never stop the program";
    case Runtime::dotnet:
      return "the .NET runtime has no symbols for its collections";
    case Runtime::deno:
      return "Deno's V8 has no symbols for its collections";
    case Runtime::bun:
      return "Bun's JavaScriptCore has no symbols for its collections";
    case Runtime::lua:
      return "Lua collects in steps between its instructions and does not stop for it";
    case Runtime::native:
      return "a native program has no garbage collector";
    default:
      return "the process's runtime was not recognised";
  }
}

IsLibrary library_of(Runtime runtime) {
  switch (runtime) {
    case Runtime::jvm:
      return is_jvm_library;
    case Runtime::node:
      return is_node_library;
    case Runtime::cpython:
      return is_python_library;
    case Runtime::ruby:
      return is_ruby_library;
    case Runtime::php:
      return is_php_library;
    case Runtime::go:
      return is_no_library;
    default:
      return nullptr;
  }
}

}  // namespace

Result<PausePoints> find_pause_points(pid_t pid, Runtime runtime, const HostRoots& roots) {
  const IsLibrary is_library = library_of(runtime);
  if (is_library == nullptr) return failure(missing_points(runtime));
  const ProcFs proc(roots.proc);
  const auto file = open_runtime_file(proc, pid, is_library);
  if (!file) return file.error();
  if (runtime == Runtime::go) return go_points(*file);
  if (runtime == Runtime::ruby) return ruby_points(*file);
  const std::string_view hazard = return_hazard(proc, pid);
  if (runtime == Runtime::jvm) return jvm_points(*file, hazard);
  if (runtime == Runtime::node) return node_points(*file, hazard);
  if (runtime == Runtime::cpython) return cpython_points(*file, hazard);
  return php_points(*file, hazard);
}

}  // namespace boundscope
