// Addresses to modules and kernel functions.
#include "target/address_space.h"

#include <doctest/doctest.h>
#include <sys/sysmacros.h>

#include <fstream>
#include <iterator>

#include "support/proc_tree.h"
#include "target/kernel_symbols.h"

using namespace boundscope;
using boundscope::test::ProcTree;

namespace {

constexpr const char* kMaps =
    "00400000-00401000 r--p 00000000 08:01 11         /usr/bin/app\n"
    "00401000-00403000 r-xp 00001000 08:01 11         /usr/bin/app\n"
    "00500000-00501000 rwxp 00000000 00:00 0 \n"
    "00600000-00601000 r-xp 00002000 08:01 12         /opt/my libs/lib x.so (deleted)\n"
    "00700000-00701000 r-xs 00000000 00:01 13         /memfd:doublemapper (deleted)\n"
    "00800000-00801000 r-xp 00000000 08:01 14         /tmp/\xff\x01\n"
    "00900000-00901000 r-xp 00000000 00:00 0          [anon:v8]\n"
    "00a00000-00c00000 r-xp 00000000 00:0f 15         /anon_hugepage (deleted)\n"
    "7fff0000-7fff1000 r-xp 00000000 00:00 0          [vdso]\n"
    "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n";

}  // namespace

TEST_CASE("symbols: an address becomes the file's base name and the offset in the file") {
  const AddressSpace space{std::string_view(kMaps)};

  const Frame frame = space.resolve(0x402010);

  CHECK(frame.module == "app");
  CHECK(frame.symbol.empty());
  CHECK(frame.offset == 0x2010);
  CHECK(space.resolve(0x600010).module == "lib x.so");
  CHECK(space.resolve(0x600010).offset == 0x2010);
  CHECK(space.resolve(0x800000).module == "\xff\x01");
}

TEST_CASE("symbols: code without a file is JIT code, found by its address") {
  const AddressSpace space{std::string_view(kMaps)};

  for (const std::uint64_t address : {0x500020ull, 0x700020ull, 0x900020ull, 0xa00020ull}) {
    CHECK(space.resolve(address).module == "[jit]");
    CHECK(space.resolve(address).offset == address);
  }
  CHECK(space.resolve(0x7fff0040).module == "[vdso]");
  CHECK(space.resolve(0x7fff0040).offset == 0x40);
  CHECK(space.resolve(0xffffffffff600400).module == "[vsyscall]");
}

TEST_CASE("symbols: addresses outside executable mappings have no module") {
  const AddressSpace space{std::string_view(kMaps)};

  for (const std::uint64_t address : {0x0ull, 0x400010ull, 0x403000ull, 0x4fffffull, ~0ull}) {
    CHECK(space.resolve(address).module.empty());
    CHECK(space.resolve(address).offset == address);
  }
  CHECK(AddressSpace().resolve(1).module.empty());
}

TEST_CASE("symbols: a mapping tells its file as maps and stat have it") {
  const AddressSpace space{std::string_view(kMaps)};

  const CodeMapping* library = space.find(0x600010);

  REQUIRE(library != nullptr);
  CHECK(library->start == 0x600000);
  CHECK(library->offset == 0x2000);
  CHECK(library->inode == 12);
  CHECK(library->device == makedev(8, 1));
  CHECK_FALSE(library->is_jit);
  CHECK(space.path_of(*library) == "/opt/my libs/lib x.so (deleted)");
  CHECK(space.find(0x500020)->is_jit);
  CHECK(space.find(0x403000) == nullptr);
}

TEST_CASE("symbols: lines of maps that make no sense are left out") {
  const AddressSpace space{std::string_view(
      "garbage\n\n-\n5-4 r-xp 0 0 0 /a\nzz-zz r-xp 0 0 0 /a\n1000-2000 r-xp x 0 0 /a\n"
      "1000-2000 r 0 0 0 /a\n1000-2000 r-xp 0 0 0 /good\n1800-2800 r-xp 0 0 0 /overlaps\n"
      "3000-4000 r-xp ffffffffffffffff 0 0 /big\n4000-5000 r-xp 0 0 0")};

  CHECK(space.size() == 3);
  CHECK(space.resolve(0x1900).module == "good");
  CHECK(space.resolve(0x3001).module == "big");
  CHECK(space.resolve(0x4001).module == "[jit]");
}

TEST_CASE("symbols: a function of our own is found in our own program") {
  const AddressSpace space(ProcFs().maps(::getpid()).text);
  const auto address = reinterpret_cast<std::uint64_t>(&::getpid);

  CHECK_FALSE(space.resolve(address).module.empty());
  CHECK(space.resolve(address).module != "[jit]");
}

TEST_CASE("symbols: kernel addresses become functions, those of modules included") {
  ProcTree tree;
  tree.files.write("proc/kallsyms",
                   "ffffffffa0000100 t ext_read\t[ext4]\n"
                   "ffffffff81000000 T _stext\n"
                   "ffffffff81000000 T first\n"
                   "ffffffff81000200 t second\n"
                   "ffffffff81000300 D some_data\n"
                   "0000000000000010 A fixed_percpu\n"
                   "broken line\nxyz t no\n");
  KernelSymbols symbols(ProcFs(tree.roots().proc));

  CHECK_FALSE(symbols.hidden());
  CHECK(symbols.resolve(0xffffffff81000010).symbol == "first");
  CHECK(symbols.resolve(0xffffffff81000010).offset == 0x10);
  CHECK(symbols.resolve(0xffffffff81000310).symbol == "second");
  CHECK(symbols.resolve(0xffffffffa0000104).symbol == "ext_read");
  CHECK(symbols.resolve(0xffffffffa0000104).module == "[kernel]");
}

TEST_CASE("symbols: kernel addresses below or far behind all functions have no name") {
  ProcTree tree;
  tree.files.write("proc/kallsyms", "ffffffff81000000 T only\n");
  KernelSymbols symbols(ProcFs(tree.roots().proc));

  for (const std::uint64_t address : {0xffffffff80ffffffull, 0xffffffffa0000000ull}) {
    CHECK(symbols.resolve(address).module == "[kernel]");
    CHECK(symbols.resolve(address).symbol.empty());
    CHECK(symbols.resolve(address).offset == address);
  }
}

TEST_CASE("symbols: a kernel that hides its addresses gives no names") {
  ProcTree tree;
  tree.files.write("proc/kallsyms", "0000000000000000 T first\n0000000000000000 t second\n");
  KernelSymbols symbols(ProcFs(tree.roots().proc));
  KernelSymbols unreadable(ProcFs(tree.files.path("nowhere")));

  CHECK(symbols.hidden());
  CHECK(symbols.resolve(0xffffffff81000000).symbol.empty());
  CHECK(unreadable.hidden());
}
