// Which runtime a process runs in, and what hostile binaries can do about it.
#include "target/runtime.h"

#include <doctest/doctest.h>
#include <elf.h>

#include <cstring>

#include "support/proc_tree.h"
#include "target/elf_file.h"
#include "target/go_buildinfo.h"

using namespace boundscope;
using boundscope::test::ProcTree;
using boundscope::test::TempFolder;

namespace {

using namespace std::string_literals;

template <class Record>
std::string bytes_of(const Record& record) {
  return {reinterpret_cast<const char*>(&record), sizeof record};
}

std::string go_header(const std::string& version) {
  return "\xff Go buildinf:\x08\x02"s + std::string(16, '\0') + static_cast<char>(version.size()) +
         version;
}

// A 64-bit ELF file with one named section, and its content also as the start of the data segment.
struct ElfParts {
  std::string section_name = ".go.buildinfo";
  std::string content;
  bool section_headers = true;
};
std::string make_elf(const ElfParts& parts) {
  const std::string names = "\0"s + parts.section_name + "\0.shstrtab\0"s;
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 1;
  const std::uint64_t content_at = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
  const std::uint64_t names_at = content_at + parts.content.size();
  if (parts.section_headers) {
    header.e_shoff = names_at + names.size();
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shnum = 3;
    header.e_shstrndx = 2;
  }
  Elf64_Phdr data{};
  data.p_type = PT_LOAD;
  data.p_flags = PF_R | PF_W;
  data.p_offset = content_at;
  data.p_filesz = parts.content.size();
  Elf64_Shdr section{};
  section.sh_name = 1;
  section.sh_type = SHT_PROGBITS;
  section.sh_offset = content_at;
  section.sh_size = parts.content.size();
  Elf64_Shdr name_table{};
  name_table.sh_type = SHT_STRTAB;
  name_table.sh_offset = names_at;
  name_table.sh_size = names.size();
  return bytes_of(header) + bytes_of(data) + parts.content + names + bytes_of(Elf64_Shdr{}) +
         bytes_of(section) + bytes_of(name_table);
}

RuntimeGuess guess_of(const std::string& name, const std::string& content) {
  TempFolder folder;
  folder.write(name, content);
  return runtime_of_file(folder.path(name));
}

}  // namespace

TEST_CASE("runtime: executables are known by their base name and its version") {
  struct {
    const char* exe;
    Runtime runtime;
    const char* version;
  } const cases[] = {
      {"/usr/bin/python3.11", Runtime::cpython, "3.11"},
      {"/usr/bin/python3.11 (deleted)", Runtime::cpython, "3.11"},
      {"/usr/local/bin/node", Runtime::node, ""},
      {"/root/.nvm/versions/node/v18.16.0/bin/node", Runtime::node, "18.16.0"},
      {"/usr/bin/ruby3.1", Runtime::ruby, "3.1"},
      {"/usr/sbin/php-fpm8.2", Runtime::php, "8.2"},
      {"/usr/lib/erlang/erts-13.1.5/bin/beam.smp", Runtime::beam, "13.1.5"},
      {"/usr/bin/node_exporter", Runtime::unknown, ""},
      {"/usr/bin/python3.11-config", Runtime::unknown, ""},
      {"/usr/bin/phpize", Runtime::unknown, ""},
      {"/opt/node/server", Runtime::unknown, ""},
      {"", Runtime::unknown, ""},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.exe);
    const RuntimeGuess guess = runtime_by_name(expected.exe);
    CHECK(guess.runtime == expected.runtime);
    CHECK(guess.version == expected.version);
  }
}

TEST_CASE("runtime: embedded runtimes are known by the libraries that are mapped") {
  struct {
    const char* library;
    Runtime runtime;
    const char* version;
  } const cases[] = {
      {"/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so", Runtime::jvm, "17"},
      {"/opt/jdk-21.0.1/lib/server/libjvm.so", Runtime::jvm, "21.0.1"},
      {"/usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.1/libcoreclr.so", Runtime::dotnet,
       "8.0.1"},
      {"/usr/lib/x86_64-linux-gnu/libnode.so.108", Runtime::node, ""},
      {"/usr/lib/libpython3.9.so.1.0 (deleted)", Runtime::cpython, "3.9"},
      {"/usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.1.2", Runtime::ruby, "3.1"},
      {"/usr/lib/libjvmti_agent.so", Runtime::unknown, ""},
      {"/usr/lib/libc.so.6", Runtime::unknown, ""},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.library);
    const RuntimeGuess guess = runtime_by_mappings(
        "00400000-00401000 r-xp 00000000 08:01 11   /bin/x\n7f00-7f01 rw-p 00000000 00:00 0\n"
        "00500000-00501000 r-xp 00000000 08:01 12   "s +
        expected.library + "\n");
    CHECK(guess.runtime == expected.runtime);
    CHECK(guess.version == expected.version);
  }
}

TEST_CASE("runtime: a Go program tells its version, whatever it is called") {
  const RuntimeGuess guess = guess_of("node", make_elf({.content = go_header("go1.22.3")}));

  CHECK(guess.runtime == Runtime::go);
  CHECK(guess.version == "1.22.3");
}

TEST_CASE("runtime: a Go program without section headers is found by its data") {
  const std::string content = std::string(32, 'x') + go_header("go1.24.4");
  const RuntimeGuess guess =
      guess_of("server", make_elf({.content = content, .section_headers = false}));

  CHECK(guess.runtime == Runtime::go);
  CHECK(guess.version == "1.24.4");
}

TEST_CASE("runtime: Go build info that lies about its length yields no version") {
  std::string cut = go_header("go1.22.3");
  cut[32] = 127;
  std::string endless = go_header("");
  endless.resize(32);
  endless += std::string(20, '\xff');

  CHECK(parse_go_buildinfo(cut) == "");
  CHECK(parse_go_buildinfo(endless) == "");
  CHECK(parse_go_buildinfo("\xff Go buildinf:\x08\x00"s + std::string(16, '\0')) == "");
  CHECK(!parse_go_buildinfo("\xff Go buildinf:"));
  CHECK(!parse_go_buildinfo(std::string(64, '\0')));
}

TEST_CASE("runtime: a program that merely is called node is native") {
  const ElfParts imposter{.section_name = ".dynstr", .content = "printf\0exit\0"s};
  const ElfParts genuine{.section_name = ".dynstr", .content = "\0napi_module_register\0"s};

  CHECK(guess_of("node", make_elf(imposter)).runtime == Runtime::native);
  CHECK(guess_of("node", make_elf(genuine)).runtime == Runtime::node);
}

TEST_CASE("runtime: ELF files cut at any place are survived") {
  const std::string whole = make_elf({.content = go_header("go1.22.3")});
  TempFolder folder;
  for (std::size_t size = 0; size < whole.size(); size += 3) {
    folder.write("cut", whole.substr(0, size));
    const auto file = ElfFile::open(open_regular(folder.path("cut")));
    if (file) CHECK(go_version(*file).value_or("").size() <= 8);
  }
}

TEST_CASE("runtime: ELF headers with absurd numbers are survived") {
  const std::string whole = make_elf({.content = go_header("go1.22.3")});
  TempFolder folder;
  // Every byte of the headers in turn at its extremes.
  for (std::size_t at = 4; at < whole.size(); at += (at < 160 ? 1 : 5)) {
    for (const char value : {'\xff', '\x7f', '\0'}) {
      std::string damaged = whole;
      damaged[at] = value;
      folder.write("damaged", damaged);
      const auto file = ElfFile::open(open_regular(folder.path("damaged")));
      if (!file) continue;
      CHECK(file->section(".go.buildinfo", 64).value_or("").size() <= 64);
      CHECK(file->data_segment(64).value_or("").size() <= 64);
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
  }
}

TEST_CASE("runtime: a process is judged by its file first, then by what it has mapped") {
  ProcTree tree;
  tree.files.write("java", make_elf({.section_name = ".text", .content = "code"}));
  tree.files.write("python3.11", make_elf({.section_name = ".text", .content = "code"}));
  tree.process({.pid = 7, .exe = tree.files.path("java")});
  tree.files.write("proc/7/maps", "1000-2000 r-xp 0 0 0 /jdk-21/lib/server/libjvm.so\n");
  tree.process({.pid = 8, .exe = tree.files.path("python3.11")});
  tree.files.write("proc/8/maps", "1000-2000 r-xp 0 0 0 /jdk-21/lib/server/libjvm.so\n");
  const ProcFs proc(tree.roots().proc);
  RuntimeDetector detector(proc);

  CHECK(detector.of_process(7).runtime == Runtime::jvm);
  CHECK(detector.of_process(8).runtime == Runtime::cpython);
  CHECK(detector.of_process(9).runtime == Runtime::unknown);
}

TEST_CASE("runtime: an executable is looked at once, however many processes run it") {
  ProcTree tree;
  tree.files.write("server", make_elf({.content = go_header("go1.22.3")}));
  tree.process({.pid = 7, .exe = tree.files.path("server")});
  const ProcFs proc(tree.roots().proc);
  RuntimeDetector detector(proc);
  CHECK(detector.of_process(7).runtime == Runtime::go);

  // Same file, other content: only a second look could tell.
  tree.files.write("server", make_elf({.section_name = ".text", .content = "code"}));

  CHECK(detector.of_process(7).runtime == Runtime::go);
}

TEST_CASE("runtime: this test itself is native") {
  const ProcFs proc;
  RuntimeDetector detector(proc);

  CHECK(detector.of_process(::getpid()).runtime == Runtime::native);
}
