// Readable names, and names that are made to take for ever.
#include <doctest/doctest.h>

#include <string>

#include "target/symbols/demangle.h"

using namespace boundscope;

namespace {

// A type that refers twice to the type before it, `depth` times over: 2^depth bytes to print.
std::string doubling_cpp_name(int depth) {
  constexpr std::string_view kDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string name = "_Z1fI1AIiiE";  // S_ is f, S0_ is A, S1_ is A<int, int>
  for (int i = 1; i <= depth; ++i) {
    const std::string last = std::string("S") + kDigits[static_cast<std::size_t>(i)] + "_";
    name += "S0_I" + last + last + "E";
  }
  return name + "Evv";
}

std::string doubling_rust_name(int depth) {
  constexpr std::string_view kDigits =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const auto reference = [&](std::size_t position) {
    std::string digits;
    for (std::size_t rest = position - 1;; rest /= kDigits.size()) {
      digits.insert(digits.begin(), kDigits[rest % kDigits.size()]);
      if (rest < kDigits.size()) return "B" + digits + "_";
    }
  };
  std::string name = "IC1fTuuE";
  std::size_t last = 4;
  for (int i = 0; i < depth; ++i) {
    const std::size_t here = name.size();
    name += "T" + reference(last) + reference(last) + "E";
    last = here;
  }
  return "_R" + name + "E";
}

}  // namespace

TEST_CASE("demangle: C++ functions are named without their parameters") {
  CHECK(demangle("_ZN2v88internal4Heap14CollectGarbageENS0_15AllocationSpaceE") ==
        "v8::internal::Heap::CollectGarbage");
  CHECK(demangle("_Znwm") == "operator new");
  CHECK(demangle("_ZdlPv") == "operator delete");
  CHECK(demangle("_ZNSt6vectorIiSaIiEE9push_backERKi") ==
        "std::vector<int, std::allocator<int> >::push_back");
  CHECK(demangle("_ZN12_GLOBAL__N_11fEv") == "(anonymous namespace)::f");
}

TEST_CASE("demangle: pieces that a compiler cut off a function carry the function's name") {
  CHECK(demangle("_ZN2ns1fEv.cold") == "ns::f");
  CHECK(demangle("_ZN2ns1fEv.constprop.0.isra.1") == "ns::f");
  CHECK(demangle("_ZN4core3fmt5write17h0123456789abcdefE.cold") == "core::fmt::write");
}

TEST_CASE("demangle: Rust functions of both kinds are named without their hash") {
  CHECK(demangle("_ZN4core3fmt5write17h0123456789abcdefE") == "core::fmt::write");
  CHECK(demangle("_ZN4core3fmt5write17h0123456789abcdefE.llvm.1234567") == "core::fmt::write");
  CHECK(demangle("_ZN41_$LT$T$u20$as$u20$core..convert..From$GT$4from17h0123456789abcdefE") ==
        "<T as core::convert::From>::from");
  CHECK(demangle("_RNvNtCs1234_7mycrate3foo3bar") == "mycrate::foo::bar");
}

TEST_CASE("demangle: what is not mangled stays as it is") {
  for (const char* name : {"malloc", "", "_", "_Z", "_R", "_ZN", "_Zebra", "_Rubbish",
                           "main.(*T).f", "\x1b[31m", "_GLOBAL__sub_I_main"}) {
    CHECK(demangle(name) == name);
  }
}

TEST_CASE("demangle: of a name that is too long to take apart, the scopes are left") {
  const std::string name = "_ZNK2v88internal4HeapI" + std::string(6000, 'P') + "iE1fEv";

  CHECK(demangle(name) == "v8::internal::Heap<...>");
  CHECK(demangle("_ZN99999999999999999999999999f" + std::string(6000, 'x')).size() ==
        kLongestSymbol);
}

TEST_CASE("demangle: long plain names are cut") {
  CHECK(demangle(std::string(100'000, 'a')) == std::string(kLongestSymbol, 'a'));
}

// Without an end these would run for hours.
TEST_CASE("demangle: a short C++ name that stands for gigabytes ends with the limit") {
  const std::string text = demangle(doubling_cpp_name(33));

  CHECK(text.size() == kLongestSymbol);
  CHECK(text.starts_with("f<A<int, int>, A<A<int, int>, A<int, int> >, "));
}

TEST_CASE("demangle: a short Rust name that stands for gigabytes ends with the limit") {
  const std::string text = demangle(doubling_rust_name(60));

  CHECK(text.size() == kLongestSymbol);
  CHECK(text.starts_with("f::<((), ()), "));
}

TEST_CASE("demangle: damaged names of any kind come back no longer than the limit") {
  for (const std::string& whole :
       {doubling_cpp_name(5), doubling_rust_name(5),
        std::string("_RNqCs4fqI2P2rA04_11utf8_identsu30____7hkackfecea1cbdathfdh9hlq6y"),
        std::string("_ZN41_$LT$T$u20$as$u20$core..convert..From$GT$4from17h0123456789abcdefE")}) {
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string changed = whole;
      for (const char byte : {'\0', 'E', 'I', 'S', '_', '9', 'J', 'B', '\xff'}) {
        changed[at] = byte;
        CHECK(demangle(changed).size() <= kLongestSymbol);
      }
      CHECK(demangle(whole.substr(0, at)).size() <= kLongestSymbol);
    }
  }
}
