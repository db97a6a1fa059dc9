// Paths, command lines and small files of a target's root that tell its runtime, with any content.
#include "fuzz/input.h"
#include "fuzz/require.h"
#include "target/runtime_jvm.h"
#include "target/runtime_names.h"
#include "target/runtime_node.h"
#include "target/runtime_options.h"
#include "target/runtime_ruby.h"
#include "target/runtime_vendor.h"

using namespace boundscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  for (const NamedRuntime& runtime :
       {runtime_by_executable_name(text), runtime_by_library_name(text)}) {
    fuzz::require(runtime.version.size() <= size, "the version is part of the name");
  }
  fuzz::require(split_arguments(text).size() <= size + 1, "no more arguments than bytes");
  fuzz::require(node_version_of_header(text).size() <= size + 2, "numbers and two dots between");
  ruby_jit({.command_line = text, .options = text, .yjit_enable = text});
  vendor_by_place(text);
  fuzz::require(distribution_name(text).size() <= size, "the name is part of the text");
  fuzz::require(jvm_details_of_release(text).version.size() <= size, "the version is, too");
  collector_of_options(text);
  java_home(text);
  return 0;
}
