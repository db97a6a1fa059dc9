// Notes of a program's own probes, as written and as a hostile file may have them.
#include "target/gc/usdt_notes.h"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <string>

#include "unit/target/probe_program.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

ElfFile open_image(const TempFolder& folder, const ElfImage& image) {
  folder.write("program", image.bytes());
  auto file = ElfFile::open(UniqueFd(::open(folder.path("program").c_str(), O_RDONLY | O_CLOEXEC)));
  REQUIRE(file);
  return *std::move(file);
}

}  // namespace

TEST_CASE("usdt notes: every probe has its provider, name and addresses") {
  const std::string section = usdt_notes({{"python", "gc__start", 0x4010, 0x6000, 0x5000},
                                          {"python", "gc__done", 0x4020, 0x6002, 0x5000}});
  const auto notes = parse_usdt_notes(section);
  REQUIRE(notes.size() == 2);
  CHECK(notes[0].provider == "python");
  CHECK(notes[0].name == "gc__start");
  CHECK(notes[0].pc == 0x4010);
  CHECK(notes[0].semaphore == 0x6000);
  CHECK(notes[0].base == 0x5000);
  CHECK(notes[1].name == "gc__done");
}

TEST_CASE("usdt notes: notes of another type or owner are skipped") {
  const Usdt probe{"ruby", "gc__mark__begin", 0x4010};
  const std::string section =
      usdt_note(probe, 4) + usdt_note(probe, 3, "GNU") + usdt_note({"ruby", "mine", 0x4020});
  const auto notes = parse_usdt_notes(section);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].name == "mine");
}

TEST_CASE("usdt notes: a section that is cut off anywhere yields the notes before the cut") {
  const std::string section =
      usdt_notes({{"a", "first", 1}, {"a", "second", 2}, {"a", "third", 3}});
  std::size_t before = 0;
  for (std::size_t size = 0; size <= section.size(); ++size) {
    const auto notes = parse_usdt_notes(std::string_view(section).substr(0, size));
    CHECK(notes.size() >= before);
    before = notes.size();
  }
  CHECK(before == 3);
}

TEST_CASE("usdt notes: sizes that lead out of the section end the reading") {
  for (const std::size_t field : {0u, 4u}) {
    for (const std::uint32_t size : {0xffffffffu, 0xfffffffdu, 0x10000u}) {
      std::string section = usdt_note({"a", "b", 1}) + usdt_note({"a", "c", 2});
      std::memcpy(section.data() + field, &size, sizeof size);
      CHECK(parse_usdt_notes(section).empty());
    }
  }
}

TEST_CASE("usdt notes: a note without the end of its names is left out") {
  std::string note = usdt_note({"provider", "name", 1});
  for (char& byte : note) {
    if (&byte >= note.data() + 12 + 8 + 24 && byte == '\0') byte = 'x';
  }
  CHECK(parse_usdt_notes(note).empty());
  CHECK(parse_usdt_notes(usdt_note({"", "name", 1})).empty());
  CHECK(parse_usdt_notes(usdt_note({"provider", std::string(1000, 'n'), 1})).empty());
}

TEST_CASE("usdt notes: there is a limit to them") {
  std::string section;
  const std::string note = usdt_note({"a", "b", 1});
  for (std::size_t i = 0; i < kMostUsdtNotes + 10; ++i) section += note;
  CHECK(parse_usdt_notes(section).size() == kMostUsdtNotes);
}

TEST_CASE("usdt probes: all places of a probe are found") {
  const TempFolder folder;
  ElfImage image;
  image.section(".note.stapsdt", usdt_notes({{"hotspot", "gc__begin", 0x10},
                                             {"hotspot", "gc__end", 0x20},
                                             {"hotspot", "gc__begin", 0x30},
                                             {"other", "gc__begin", 0x40}}));
  const ElfFile file = open_image(folder, image);
  const auto sites = UsdtProbes(file).sites("hotspot", "gc__begin");
  REQUIRE(sites.size() == 2);
  CHECK(sites[0].address == 0x10);
  CHECK(sites[1].address == 0x30);
  CHECK(UsdtProbes(file).sites("hotspot", "gc__").empty());
}

TEST_CASE("usdt probes: what was moved after it was linked is found where it is") {
  const TempFolder folder;
  ElfImage image;
  image.section(".note.stapsdt", usdt_notes({{"a", "up", 0x401010, 0x600010, 0x500000},
                                             {"a", "bare", 0x401020, 0, 0x500000}}));
  image.section(".stapsdt.base", std::string(1, '\0'), 0x4ff000);
  const UsdtProbes probes(open_image(folder, image));
  const auto up = probes.sites("a", "up");
  REQUIRE(up.size() == 1);
  CHECK(up[0].address == 0x400010);
  CHECK(up[0].semaphore == 0x5ff010);
  const auto bare = probes.sites("a", "bare");
  REQUIRE(bare.size() == 1);
  CHECK(bare[0].semaphore == 0);  // none stays none
}

TEST_CASE("usdt probes: a file without notes has none") {
  const TempFolder folder;
  CHECK(UsdtProbes(open_image(folder, ElfImage())).sites("a", "b").empty());
}
