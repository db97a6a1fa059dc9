// The memory of a process, read from outside.
#include <doctest/doctest.h>
#include <elf.h>
#include <unistd.h>

#include <cstring>

#include "support/proc_tree.h"
#include "target/gc/process_memory.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

std::string auxv_entry(std::uint64_t type, std::uint64_t value) {
  const std::uint64_t words[] = {type, value};
  return {reinterpret_cast<const char*>(words), sizeof words};
}

}  // namespace

TEST_CASE("gc memory: what a process holds is read") {
  const auto memory = ProcessMemory::open(ProcFs{}, ::getpid());
  REQUIRE(memory);
  const volatile std::uint64_t number = 0x1234'5678'9abc'def0;

  const auto address = reinterpret_cast<std::uint64_t>(&number);

  CHECK(memory->number<std::uint64_t>(address) == number);
  CHECK(memory->number<std::uint16_t>(address) == 0xdef0);
}

TEST_CASE("gc memory: what is not mapped is not read") {
  const auto memory = ProcessMemory::open(ProcFs{}, ::getpid());
  REQUIRE(memory);
  CHECK_FALSE(memory->number<std::uint64_t>(8));
  CHECK_FALSE(memory->number<std::uint64_t>(UINT64_MAX - 4));
  CHECK_FALSE(memory->read(8, 100));
}

TEST_CASE("gc memory: a process that is gone is an error with a hint") {
  const ProcTree tree;
  const auto memory = ProcessMemory::open(ProcFs(tree.roots().proc), 7);
  REQUIRE_FALSE(memory);
  CHECK(memory.error().hint == "check that the process still runs");
}

TEST_CASE("gc memory: a program was loaded as far off as its entry is") {
  const ProcTree tree;
  const ProcFs proc(tree.roots().proc);
  tree.files.write("proc/7/auxv", auxv_entry(AT_PAGESZ, 4096) + auxv_entry(AT_ENTRY, 0x7f00'1040));
  CHECK(load_bias(proc, 7, 0x1040) == 0x7f00'0000);
}

TEST_CASE("gc memory: without a whole auxiliary vector the place is not known") {
  const ProcTree tree;
  const ProcFs proc(tree.roots().proc);
  CHECK_FALSE(load_bias(proc, 7, 0x1040));
  tree.files.write("proc/7/auxv", auxv_entry(AT_ENTRY, 0x7f00'1040).substr(0, 15));
  CHECK_FALSE(load_bias(proc, 7, 0x1040));
}
