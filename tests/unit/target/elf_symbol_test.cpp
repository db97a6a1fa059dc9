// Symbol tables of ELF files, whole, packed, damaged and in files of their own.
#include <doctest/doctest.h>
#include <lzma.h>
#include <zlib.h>

#include <optional>
#include <string>

#include "target/symbols/elf_symbols.h"
#include "target/symbols/file_symbols.h"
#include "target/symbols/memory_file.h"
#include "target/symbols/xz.h"
#include "unit/target/symbol_fixture.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

constexpr std::uint64_t kText = ElfImage::kText;
constexpr std::uint64_t kHiddenOffset = kText - ElfImage::kBase + 0x204;

Frame resolve(const std::string& bytes, std::uint64_t offset, const DebugFolders& folders = {}) {
  const auto file = ElfFile::open(memory_file(bytes));
  if (!file) return {};
  const SymbolLimits limits;
  ReadBudget budget(limits.read_bytes_per_window);
  SymbolProblems problems;
  Frame frame;
  const auto symbols =
      FileSymbols::read(*file, "/usr/bin/app", {folders, limits, budget, problems});
  if (symbols) symbols->resolve(offset, frame);
  return frame;
}

std::string symbol_at(const std::string& bytes, std::uint64_t address,
                      const DebugFolders& folders = {}) {
  return resolve(bytes, address - ElfImage::kBase, folders).symbol;
}

std::string pack(const std::string& bytes) {
  std::string packed(lzma_stream_buffer_bound(bytes.size()), '\0');
  std::size_t size = 0;
  const auto status = lzma_easy_buffer_encode(
      6, LZMA_CHECK_CRC64, nullptr, reinterpret_cast<const std::uint8_t*>(bytes.data()),
      bytes.size(), reinterpret_cast<std::uint8_t*>(packed.data()), &size, packed.size());
  REQUIRE(status == LZMA_OK);
  packed.resize(size);
  return packed;
}

std::uint32_t checksum(const std::string& bytes) {
  return static_cast<std::uint32_t>(
      ::crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())));
}

// A root that holds one file, and notes nothing else.
OpenFile root_with(const std::string& path, const std::string& bytes) {
  return [=](const std::string& asked) { return asked == path ? memory_file(bytes) : UniqueFd{}; };
}

ElfImage debug_image() { return ElfImage().symtab({hidden_function()}); }

}  // namespace

TEST_CASE("elf symbols: functions, indirect functions and labels in code are taken, data is not") {
  const std::string bytes =
      ElfImage()
          .symtab({{"function", kText, 0x10},
                   {"indirect", kText + 0x10, 0x10, STT_GNU_IFUNC},
                   {"label", kText + 0x20, 0, STT_NOTYPE},
                   {"object", kText + 0x30, 0x10, STT_OBJECT},
                   {"undefined", kText + 0x40, 0x10, STT_FUNC, STB_GLOBAL, 0},
                   {"no_code", kText + 0x40, 0x10, STT_FUNC, STB_GLOBAL, 2},
                   {"absolute", kText + 0x40, 0x10, STT_FUNC, STB_GLOBAL, SHN_ABS},
                   {"outside", kText + 0x9000, 0x10}})
          .bytes();

  CHECK(symbol_at(bytes, kText) == "function");
  CHECK(symbol_at(bytes, kText + 0x18) == "indirect");
  CHECK(symbol_at(bytes, kText + 0x48) == "label");
  CHECK(symbol_at(bytes, kText + 0x1fff) == "label");
}

TEST_CASE("elf symbols: names come demangled, neighbours too") {
  const std::string bytes =
      ElfImage().dynsym({{"_ZN2ns1fEv", kText, 0x10}, {"_ZN2ns1gEv", kText + 0x100, 0x10}}).bytes();

  CHECK(symbol_at(bytes, kText + 4) == "ns::f");
  CHECK(resolve(bytes, kText - ElfImage::kBase + 0x80).previous == "ns::f");
  CHECK(resolve(bytes, kText - ElfImage::kBase + 0x80).next == "ns::g");
}

TEST_CASE("elf symbols: a stripped program has the packed symbols of .gnu_debugdata") {
  const std::string bytes =
      small_program().section(".gnu_debugdata", pack(debug_image().bytes())).bytes();

  CHECK(symbol_at(bytes, kText + 0x204) == "hidden");
  CHECK(symbol_at(bytes, kText + 0x104) == "first");
}

TEST_CASE("elf symbols: packed symbols that are damaged or explode are left out") {
  const std::string packed = pack(debug_image().bytes());
  std::string damaged = packed;
  damaged[damaged.size() / 2] ^= 1;

  CHECK_FALSE(decompress_xz(damaged, 1 << 20));
  CHECK_FALSE(decompress_xz(packed.substr(0, packed.size() - 1), 1 << 20));
  CHECK_FALSE(decompress_xz("", 1 << 20));
  CHECK_FALSE(decompress_xz(pack(std::string(1 << 20, '\0')), (1 << 20) - 1));
  CHECK(decompress_xz(pack(std::string(1 << 20, '\0')), 1 << 21)->size() == 1 << 20);
  CHECK(symbol_at(small_program().section(".gnu_debugdata", damaged).bytes(), kText + 0x104) ==
        "first");
}

TEST_CASE("debug symbols: a file with the same build-id is taken, from the target or the host") {
  const std::string stripped = small_program().build_id("\xab\xcd\xef").bytes();
  const std::string debug = debug_image().build_id("\xab\xcd\xef").bytes();

  CHECK(resolve(stripped, kHiddenOffset,
                {root_with("/usr/lib/debug/.build-id/ab/cdef.debug", debug), {}})
            .symbol == "hidden");
  CHECK(
      resolve(stripped, kHiddenOffset, {{}, root_with("/.build-id/ab/cdef.debug", debug)}).symbol ==
      "hidden");
}

TEST_CASE("debug symbols: a file with another build-id is not taken, wherever it lies") {
  const std::string stripped =
      small_program().build_id("\xab\xcd\xef").debug_link("app.debug", 0).bytes();
  const std::string other = debug_image().build_id("\xab\xcd\x00").bytes();

  for (const char* path : {"/usr/lib/debug/.build-id/ab/cdef.debug", "/usr/bin/app.debug"}) {
    CHECK(resolve(stripped, kHiddenOffset, {root_with(path, other), {}}).symbol == "");
  }
}

TEST_CASE("debug symbols: without a build-id the checksum of the debug link decides") {
  const std::string debug = debug_image().bytes();
  const std::string right = small_program().debug_link("app.debug", checksum(debug)).bytes();
  const std::string wrong = small_program().debug_link("app.debug", checksum(debug) + 1).bytes();

  for (const char* path :
       {"/usr/bin/app.debug", "/usr/bin/.debug/app.debug", "/usr/lib/debug/usr/bin/app.debug"}) {
    CHECK(resolve(right, kHiddenOffset, {root_with(path, debug), {}}).symbol == "hidden");
    CHECK(resolve(wrong, kHiddenOffset, {root_with(path, debug), {}}).symbol == "");
  }
  CHECK(resolve(right, kHiddenOffset, {{}, root_with("/usr/bin/app.debug", debug)}).symbol ==
        "hidden");
}

TEST_CASE("debug symbols: links with a path, and notes of other kinds, mean nothing") {
  using namespace std::string_literals;

  CHECK_FALSE(parse_debug_link("../x\0\0\0\0\1\2\3\4"s));
  CHECK_FALSE(parse_debug_link("..\0\0\1\2\3\4"s));
  CHECK_FALSE(parse_debug_link("abc\0\1\2\3"s));
  CHECK_FALSE(parse_debug_link("abc"s));
  CHECK_FALSE(parse_debug_link(""));
  CHECK(parse_debug_link("abc\0\1\0\0\0"s)->crc == 1);
  CHECK(parse_build_id("\4\0\0\0\2\0\0\0\3\0\0\0GNU\0\xab\xcd"s) == "abcd");
  CHECK(parse_build_id("\4\0\0\0\3\0\0\0\3\0\0\0GNU\0\xab\xcd"s) == "");
  CHECK(parse_build_id("\4\0\0\0\2\0\0\0\4\0\0\0GNU\0\xab\xcd"s) == "");
  CHECK(parse_build_id("\4\0\0\0\xff\xff\xff\xff\3\0\0\0GNU\0\xab\xcd"s) == "");
  CHECK(parse_build_id("\4\0"s) == "");
}

TEST_CASE("debug symbols: a debug link that leads back to the program ends there") {
  const std::string program = small_program().debug_link("app", 1).build_id("\xab\xcd").bytes();

  CHECK(resolve(program, kHiddenOffset, {root_with("/usr/bin/app", program), {}}).symbol == "");
}

TEST_CASE("function starts: a table of another form is no table") {
  const std::string bytes = small_program().function_starts({kText + 0x180}).bytes();
  const std::size_t at = bytes.find(std::string("\x01\x1b\x03\x3b", 4));
  REQUIRE(at != std::string::npos);
  std::string other_form = bytes;
  other_form[at + 3] = 0x1b;
  std::string many = bytes;
  many.replace(at + 8, 4, "\xff\xff\xff\xff");

  CHECK(resolve(bytes, kHiddenOffset).offset == kHiddenOffset - 0x204 + 0x180);
  CHECK(resolve(other_form, kHiddenOffset).offset == kHiddenOffset);
  CHECK(resolve(many, kHiddenOffset).symbol == "");
}

TEST_CASE("elf symbols: damaged files give wrong names at worst") {
  const std::string whole = small_program()
                                .symtab({hidden_function()})
                                .function_starts({kText, kText + 0x100})
                                .build_id("\xab\xcd\xef")
                                .debug_link("app.debug", 1)
                                .bytes();
  // Without .text, which nobody reads.
  const std::size_t text_at = kText - ElfImage::kBase;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    if (at == 256) at = text_at + ElfImage::kTextSize;
    resolve(whole.substr(0, at), kHiddenOffset);
    for (const char byte : {'\0', '\x7f', '\xff'}) {
      std::string changed = whole;
      changed[at] = byte;
      resolve(changed, kHiddenOffset);
    }
  }
  CHECK(resolve(whole, kHiddenOffset).symbol == "hidden");
}
