// What native programs were compiled from, and that a name alone makes no runtime.
#include <doctest/doctest.h>

#include "runtime_elf.h"
#include "support/proc_tree.h"
#include "target/runtime.h"

using namespace boundscope;
using namespace boundscope::test;
using namespace std::string_literals;

namespace {

using Names = std::vector<std::string>;

RuntimeGuess guess_of(const FakeElf& parts, const std::string& name = "server") {
  TempFolder folder;
  folder.write(name, make_elf(parts));
  return runtime_of_file(folder.path(name));
}

std::string language_of(const FakeElf& parts) {
  const RuntimeGuess guess = guess_of(parts);
  CHECK(guess.runtime == Runtime::native);
  return guess.language;
}

const std::string kGcc = "GCC: (Debian 12.2.0-14) 12.2.0\0"s;

// Made here, so that this test itself does not hold them.
std::string several(const std::string& start, const std::string& end) {
  std::string text;
  for (int i = 0; i < 4; ++i) text += start + end + std::to_string(i) + '\0';
  return text;
}
// Where Rust's library would panic, and types of C++'s type information.
const std::string kRustTexts = several("/x/library/", "std/src/io.rs");
const std::string kRustStart = several("/x/library/", "std/src/rt.rs");
const std::string kCppTexts = several("N10__", "cxxabiv1E");

}  // namespace

TEST_CASE("runtime language: Rust is known by its compiler, its symbols or where it would panic") {
  CHECK(language_of({.sections = {{".comment", kGcc + "rustc version 1.75.0"}}}) == "rust");
  CHECK(language_of({.sections = {{".strtab", "\0main\0rust_eh_personality\0"s}}}) == "rust");
  CHECK(language_of({.sections = {{".rodata", kRustTexts}}, .needed = {"libc.so.6"}}) == "rust");
}

TEST_CASE("runtime language: C++ is known by its library, its symbols or its type information") {
  CHECK(language_of({.needed = {"libstdc++.so.6", "libc.so.6"}}) == "c++");
  CHECK(language_of({.needed = {"libc++.so.1", "libc.so.6"}}) == "c++");
  CHECK(language_of({.sections = {{".dynstr", "\0__gxx_personality_v0\0"s}}}) == "c++");
  CHECK(language_of({.sections = {{".rodata", kCppTexts}}}) == "c++");
}

TEST_CASE("runtime language: C is what remains of a compiled program") {
  CHECK(language_of({.needed = {"libc.so.6"}}) == "c");
  CHECK(language_of({.sections = {{".comment", kGcc}}}) == "c");
  CHECK(language_of({.sections = {{".text", "code"}}}) == "");
}

TEST_CASE("runtime language: other compilers leave marks too") {
  CHECK(language_of({.needed = {"libgfortran.so.5", "libc.so.6"}}) == "fortran");
  CHECK(language_of({.sections = {{".svm_heap", "x"}}, .needed = {"libc.so.6"}}) == "java");
  CHECK(language_of({.sections = {{".rodata", "OCAMLRUNPARAM"}}, .needed = {"libc.so.6"}}) ==
        "ocaml");
  CHECK(language_of({.sections = {{".comment", "GHC 9.0.2"}}}) == "haskell");
  CHECK(language_of({.sections = {{".rodata", "fatal.nim"}}, .needed = {"libc.so.6"}}) == "nim");
}

TEST_CASE("runtime language: a program that only speaks of other languages is what it is") {
  const FakeElf analyser{.sections = {{".rodata", "GHCRTS OCAMLRUNPARAM library/std/src"}},
                         .needed = {"libstdc++.so.6"}};

  CHECK(guess_of(analyser).language == "c++");
  CHECK(guess_of(analyser).embedded.empty());
}

TEST_CASE("runtime language: with Rust and C++ in a program, it starts in one of them") {
  const FakeElf starts_in_rust{.sections = {{".rodata", kRustStart}}, .needed = {"libstdc++.so.6"}};
  const FakeElf holds_rust{.sections = {{".rodata", kRustTexts}}, .needed = {"libstdc++.so.6"}};

  CHECK(guess_of(starts_in_rust).language == "rust");
  CHECK(guess_of(starts_in_rust).embedded == Names{"c++"});
  CHECK(guess_of(holds_rust).language == "c++");
  CHECK(guess_of(holds_rust).embedded == Names{"rust"});
}

TEST_CASE("runtime language: marks are found without section headers and at the end of constants") {
  CHECK(language_of({.needed = {"libstdc++.so.6"}, .section_headers = false}) == "c++");
  CHECK(language_of({.sections = {{".rodata", std::string(3 << 20, 'x') + kRustTexts}},
                     .needed = {"libc.so.6"}}) == "rust");
}

TEST_CASE("runtime language: a program that merely is called node is native") {
  const FakeElf imposter{.sections = {{".dynstr", "printf\0exit\0"s}}, .needed = {"libc.so.6"}};
  const FakeElf genuine{.sections = {{".dynstr", "\0napi_module_register\0"s}}};

  CHECK(guess_of(imposter, "node").runtime == Runtime::native);
  CHECK(guess_of(imposter, "node").language == "c");
  CHECK(guess_of(imposter, "ruby").runtime == Runtime::native);
  CHECK(guess_of(genuine, "node").runtime == Runtime::node);
}

TEST_CASE("runtime language: JavaScript runtimes are known under any name") {
  const std::string common = "\0napi_module_register\0"s;
  const FakeElf node{.sections = {{".dynstr", common + "_ZN4node4StopEv\0"s}}};
  const FakeElf deno{.sections = {{".dynstr", common}, {".comment", "rustc version 1.95.0"}}};
  const FakeElf bun{.sections = {{".dynstr", common}, {".bun", "12345678"}}};

  CHECK(guess_of(node, "service").runtime == Runtime::node);
  CHECK(guess_of(deno, "service").runtime == Runtime::deno);
  CHECK(guess_of(bun, "service").runtime == Runtime::bun);
  CHECK(guess_of(bun, "node").runtime == Runtime::bun);
}

TEST_CASE("runtime language: a .NET application in a single file carries its runtime") {
  const FakeElf parts{.sections = {{".dynstr", "\0DotNetRuntimeInfo\0"s}}};

  CHECK(guess_of(parts).runtime == Runtime::dotnet);
  CHECK(guess_of(parts).language == "c#");
}
