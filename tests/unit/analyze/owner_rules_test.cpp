#include <doctest/doctest.h>

#include "analyze/owners/glob.h"
#include "analyze/owners/library_name.h"
#include "analyze/owners/rule.h"

namespace boundscope {
namespace {

TEST_CASE("owner rules: a star stands for any text, also for none") {
  CHECK(glob_fits("*", ""));
  CHECK(glob_fits("libz.so*", "libz.so.1"));
  CHECK(glob_fits("*GC*", "VM_GC_Operation"));
  CHECK(glob_fits("a*b*c", "a-b-b-c"));
  CHECK(glob_fits("runtime.(*mspan).sweep", "runtime.(*mspan).sweep"));
  CHECK_FALSE(glob_fits("libz.so", "libz.so.1"));
  CHECK_FALSE(glob_fits("a*b", "a-b-c"));
  CHECK_FALSE(glob_fits("", "x"));
}

TEST_CASE("owner rules: parts into which a compiler split a function keep its name") {
  CHECK(plain_symbol("list_sort.lto_priv.0") == "list_sort");
  CHECK(plain_symbol("k_mul.lto_priv.0.cold") == "k_mul");
  CHECK(plain_symbol("f(int) [clone .part.0]") == "f(int)");
  CHECK(plain_symbol("runtime.mallocgc") == "runtime.mallocgc");
  CHECK(plain_symbol(".cold") == ".cold");
  CHECK(plain_symbol("") == "");
}

TEST_CASE("owner rules: libraries are named without version and ending") {
  CHECK(library_name("libssl.so.3") == "libssl");
  CHECK(library_name("libc-2.31.so") == "libc");
  CHECK(library_name("_json.cpython-311-x86_64-linux-gnu.so") == "_json");
  CHECK(library_name("_rust.abi3.so") == "_rust");
  CHECK(library_name("addon.node") == "addon");
  CHECK(library_name("uwsgi") == "uwsgi");
}

TEST_CASE("owner rules: unnamed functions are told by their neighbours") {
  const Frame unnamed{.module = "libc.so.6", .previous = "__default_morecore", .next = "malloc"};
  const Frame named{.module = "libc.so.6", .symbol = "malloc"};
  using Kind = SymbolPattern::Kind;

  CHECK(SymbolPattern{Kind::before, "mal*"}.fits(unnamed, ""));
  CHECK(SymbolPattern{Kind::after, "__default_*"}.fits(unnamed, ""));
  CHECK(SymbolPattern{Kind::unnamed, ""}.fits(unnamed, ""));
  CHECK_FALSE(SymbolPattern{Kind::named, "*"}.fits(unnamed, ""));
  CHECK_FALSE(SymbolPattern{Kind::before, "*"}.fits(named, named.symbol));
  CHECK_FALSE(SymbolPattern{Kind::before, "*"}.fits(Frame{}, ""));
}

TEST_CASE("owner rules: a method of a type is told from what an operator calls") {
  const SymbolPattern method{SymbolPattern::Kind::method, "str"};
  const auto fits = [&](std::string_view symbol) { return method.fits(Frame{}, symbol); };

  CHECK(fits("py:str.join"));
  CHECK_FALSE(fits("py:str.mp_subscript"));
  CHECK_FALSE(fits("py:str.__sizeof__"));
  CHECK_FALSE(fits("py:bytes.join"));
  CHECK_FALSE(fits("str.join"));
  CHECK_FALSE(fits("py:join"));
}

}  // namespace
}  // namespace boundscope
