// Go programs, and what hostile binaries can do about them.
#include <doctest/doctest.h>

#include "runtime_elf.h"
#include "support/proc_tree.h"
#include "target/elf_file.h"
#include "target/go_buildinfo.h"
#include "target/runtime.h"

using namespace boundscope;
using namespace boundscope::test;
using namespace std::string_literals;

namespace {

RuntimeGuess guess_of(const FakeElf& parts, const std::string& name = "server") {
  TempFolder folder;
  folder.write(name, make_elf(parts));
  return runtime_of_file(folder.path(name));
}

std::string word(std::uint64_t value) { return bytes_of(value); }

}  // namespace

TEST_CASE("runtime: a Go program tells its version, whatever it is called") {
  const RuntimeGuess guess = guess_of(go_program("go1.22.3"), "node");

  CHECK(guess.runtime == Runtime::go);
  CHECK(guess.version == "1.22.3");
  CHECK(guess.language == "go");
  CHECK(guess.embedded.empty());
}

TEST_CASE("runtime: a Go program without section headers is found by its data") {
  FakeElf parts = go_program("go1.24.4");
  parts.section_headers = false;
  parts.data = std::string(100 * 1024, 'x') + parts.data;  // what a C linker puts first

  CHECK(guess_of(parts).runtime == Runtime::go);
  CHECK(guess_of(parts).version == "1.24.4");
}

TEST_CASE("runtime: before Go 1.18 the version stands behind two pointers") {
  FakeElf parts;
  const std::string header =
      "\xff Go buildinf:\x08\x00"s + word(kFakeDataAddress + 32) + word(0);  // to a string
  parts.data = header + word(kFakeDataAddress + 48) + word(8) + "go1.16.5 and more";
  parts.sections = {{".go.buildinfo", header}};

  CHECK(guess_of(parts).version == "1.16.5");
}

TEST_CASE("runtime: a Go program that a C compiler linked has cgo in it") {
  FakeElf parts = go_program("go1.22.3");
  parts.sections.push_back({".init", "code"});
  parts.needed = {"libc.so.6", "libstdc++.so.6"};
  const RuntimeGuess guess = guess_of(parts);

  CHECK(guess.runtime == Runtime::go);
  CHECK(guess.embedded == std::vector<std::string>{"c++", "cgo"});
}

TEST_CASE("runtime: a C program that carries a Go library is no Go program") {
  FakeElf parts = go_program("go1.22.3", "path\tx\nbuild\t-buildmode=c-archive\n");
  parts.needed = {"libc.so.6"};
  const RuntimeGuess guess = guess_of(parts);

  CHECK(guess.runtime == Runtime::native);
  CHECK(guess.language == "c");
  CHECK(guess.embedded == std::vector<std::string>{"go"});
}

TEST_CASE("runtime: Go build info that lies about its length yields no version") {
  std::string cut = go_header("go1.22.3");
  cut[32] = 127;
  std::string endless = go_header("");
  endless.resize(32);
  endless += std::string(20, '\xff');

  CHECK(parse_go_buildinfo(cut)->version == "");
  CHECK(parse_go_buildinfo(endless)->version == "");
  CHECK(parse_go_buildinfo("\xff Go buildinf:\x08\x00"s + std::string(16, '\0'))->version == "");
  CHECK(!parse_go_buildinfo("\xff Go buildinf:"));
  CHECK(!parse_go_buildinfo(std::string(64, '\0')));
}

TEST_CASE("runtime: ELF files cut at any place are survived") {
  FakeElf parts = go_program("go1.22.3");
  parts.needed = {"libc.so.6"};
  const std::string whole = make_elf(parts);
  TempFolder folder;
  for (std::size_t size = 0; size < whole.size(); size += 3) {
    folder.write("cut", whole.substr(0, size));
    CHECK(runtime_of_file(folder.path("cut")).version.size() <= 8);
  }
}

TEST_CASE("runtime: ELF headers with absurd numbers are survived") {
  FakeElf parts = go_program("go1.22.3");
  parts.needed = {"libc.so.6"};
  const std::string whole = make_elf(parts);
  TempFolder folder;
  // Every byte of the headers in turn at its extremes.
  for (std::size_t at = 4; at < whole.size(); at += (at < 300 ? 1 : 5)) {
    for (const char value : {'\xff', '\x7f', '\0'}) {
      std::string damaged = whole;
      damaged[at] = value;
      folder.write("damaged", damaged);
      const auto file = ElfFile::open(open_regular(folder.path("damaged")));
      if (!file) continue;
      CHECK(file->section(".go.buildinfo", 64).value_or("").size() <= 64);
      CHECK(file->data_segment(64).value_or("").size() <= 64);
      CHECK(file->dynamic_names(64).size() <= 64);
      CHECK(file->needed().size() <= 1);
    }
  }
}

TEST_CASE("runtime: other files are no ELF files") {
  TempFolder folder;
  folder.write("script", "#!/bin/sh\n");
  folder.write("small",
               "\x7f"
               "ELF\x01\x01" +
                   std::string(100, '\0'));
  folder.write("empty", "");

  for (const char* name : {"script", "small", "empty", "absent", "."}) {
    CHECK(!ElfFile::open(open_regular(folder.path(name))));
    CHECK(runtime_of_file(folder.path(name)).runtime == Runtime::unknown);
  }
}
