// Names in libraries that a real compiler made, loaded into our own process (symbol_samples.cmake).
#include <dlfcn.h>
#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdint>
#include <string>

#include "target/symbols/symbolizer.h"

using namespace boundscope;

namespace {

const std::string kSamples = BOUNDSCOPE_SYMBOL_SAMPLES;

// Stays loaded: processes mostly do not unload either.
std::uint64_t function_in(const std::string& path, const char* name) {
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  REQUIRE(library != nullptr);
  return reinterpret_cast<std::uint64_t>(::dlsym(library, name));
}

// Of the static function.
std::uint64_t hidden_in(const std::string& path) {
  using Function = void* (*)();
  const auto address_of = reinterpret_cast<Function>(function_in(path, "sample_address_of_hidden"));
  return reinterpret_cast<std::uint64_t>(address_of());
}

Frame resolve(std::uint64_t address) {
  AddressSpaces spaces((ProcFs(HostRoots{}.proc)));
  return Symbolizer(HostRoots{}, spaces).resolve(::getpid(), address);
}

}  // namespace

TEST_CASE("loaded symbols: static functions have names where the symbol table is left") {
  CHECK(resolve(hidden_in(BOUNDSCOPE_SYMBOL_SAMPLE)).symbol == "sample_hidden");
}

TEST_CASE("loaded symbols: a stripped library names its exported functions") {
  const std::uint64_t address = function_in(kSamples + "/stripped.so", "sample_first");

  CHECK(resolve(address).symbol == "sample_first");
  CHECK(resolve(address + 1).symbol == "sample_first");
}

TEST_CASE("loaded symbols: a static function of a stripped library has neighbours and a start") {
  const std::uint64_t address = hidden_in(kSamples + "/stripped.so");

  const Frame at_start = resolve(address);
  const Frame inside = resolve(address + 1);

  CHECK(inside.module == "stripped.so");
  CHECK(inside.symbol.empty());
  CHECK(inside.previous == "sample_first");
  CHECK(inside.next == "sample_last");
  CHECK(inside.offset == at_start.offset);
}

TEST_CASE("loaded symbols: a stripped library has its names in the file it links to") {
  CHECK(resolve(hidden_in(kSamples + "/linked.so")).symbol == "sample_hidden");
}

TEST_CASE("loaded symbols: functions of libc and of our own program have their names") {
  const auto own = reinterpret_cast<std::uint64_t>(&hidden_in);

  CHECK(resolve(function_in("libc.so.6", "qsort")).symbol == "qsort");
  CHECK(resolve(own).symbol == "(anonymous namespace)::hidden_in");
}

TEST_CASE("loaded symbols: the clock of the vDSO has its name") {
#if defined(__x86_64__)
  const std::string inside = "__vdso_clock_gettime", name = "clock_gettime";  // its second name
#else
  const std::string inside = "__kernel_clock_gettime", name = inside;
#endif
  const Frame frame = resolve(function_in("linux-vdso.so.1", inside.c_str()));

  CHECK(frame.module == "[vdso]");
  CHECK(frame.symbol == name);
}
