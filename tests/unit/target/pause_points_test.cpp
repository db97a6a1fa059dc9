// Where the stops of each runtime begin and end, from programs that are made here.
#include "target/gc/pause_points.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "unit/target/go_program.h"
#include "unit/target/probe_program.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

using Kind = PausePoint::Kind;

constexpr std::uint64_t kText = ElfImage::kText;
constexpr std::uint64_t kTextOffset = kText - ElfImage::kBase;
const std::string kPush = "\x55\x48\x89\xe5";
const std::string kSub = "\x48\x83\xec\x08";
const std::string kLongNop("\x0f\x1f\x44\x00\x00", 5);

// In the order: begins before ends.
std::vector<PausePoint> sorted(std::vector<PausePoint> points) {
  std::sort(points.begin(), points.end(), [](const PausePoint& a, const PausePoint& b) {
    return std::pair(a.kind, a.offset) < std::pair(b.kind, b.offset);
  });
  return points;
}

Result<PausePoints> points_of(const ProbedProcess& process, Runtime runtime) {
  return find_pause_points(ProbedProcess::kPid, runtime, process.tree.roots());
}

ElfImage safepoint_probes(std::uint64_t begin, std::uint64_t end) {
  ElfImage image;
  image.section(".note.stapsdt", usdt_notes({{"hotspot", "gc__begin", kText},
                                             {"hs_private", "safepoint__begin", begin},
                                             {"hs_private", "safepoint__end", end}}));
  return image;
}
ElfImage safepoint_symbols() {
  ElfImage image;
  image.symtab({{"_ZN20SafepointSynchronize5beginEv", kText + 0x100},
                {"_ZN20SafepointSynchronize3endEv", kText + 0x200}});
  return image;
}

constexpr const char* kStartPause = "_ZN2v88internal8GCTracer20StartObservablePauseENS_4baseE";
constexpr const char* kStopPause = "_ZN2v88internal8GCTracer19StopObservablePauseEv";
constexpr const char* kCollect =
    "_ZN2v88internal4Heap14CollectGarbageENS0_15AllocationSpaceENS_15GCCallbackFlagsE";
constexpr const char* kRequest =
    "_ZN2v87Isolate34RequestGarbageCollectionForTestingENS0_21GarbageCollectionTypeE";

}  // namespace

TEST_CASE("pause points: a JVM's own probes for safepoints are taken") {
  ProbedProcess process;
  process.program(with_code(ElfImage(), {}));
  process.library("libjvm.so", with_code(safepoint_probes(kText + 0x10, kText + 0x20), {}));

  const auto found = points_of(process, Runtime::jvm);

  REQUIRE(found);
  CHECK(found->source == "usdt");
  CHECK_FALSE(found->nests);
  REQUIRE(found->points.size() == 2);
  const auto points = sorted(found->points);
  CHECK(points[0].kind == Kind::begin);
  CHECK(points[0].offset == kTextOffset + 0x10);
  CHECK(points[0].ref_ctr_offset == 0);
  CHECK_FALSE(points[0].on_return);
  CHECK(points[0].path == process.tree.files.path("proc/7/map_files/7f00000000-7f00003000"));
  CHECK(points[1].kind == Kind::end);
  CHECK(points[1].offset == kTextOffset + 0x20);
}

TEST_CASE("pause points: the file that was verified is held open") {
  ProbedProcess process;
  process.library("libjvm.so", with_code(safepoint_probes(kText + 0x10, kText + 0x20), {}));
  const auto found = points_of(process, Runtime::jvm);
  REQUIRE(found);
  REQUIRE(found->file);
  struct stat held {};
  struct stat mapped {};
  REQUIRE(::fstat(found->file->get(), &held) == 0);
  REQUIRE(::stat(found->points[0].path.c_str(), &mapped) == 0);
  CHECK(held.st_ino == mapped.st_ino);
}

TEST_CASE("pause points: a JVM without probes is probed by its symbols, to where the stop ends") {
  ProbedProcess process;
  process.library("libjvm.so",
                  with_code(safepoint_symbols(), {{kText + 0x100, kPush}, {kText + 0x200, kPush}}));
  const auto found = points_of(process, Runtime::jvm);
  REQUIRE(found);
  CHECK(found->source == "symbols");
  const auto points = sorted(found->points);
  REQUIRE(points.size() == 2);
  CHECK_FALSE(points[0].on_return);
  CHECK(points[1].offset == kTextOffset + 0x200);
  CHECK(points[1].on_return);
}

TEST_CASE("pause points: a probe that stands on a long nop is not used") {
  ProbedProcess process;
  process.library("libjvm.so", with_code(safepoint_probes(kText + 0x10, kText + 0x20),
                                         {{kText + 0x20, kLongNop}}));
  const auto found = points_of(process, Runtime::jvm);
  REQUIRE_FALSE(found);
  CHECK(found.error().message.find("long nop") != std::string::npos);
  CHECK_FALSE(found.error().hint.empty());
}

TEST_CASE("pause points: a probe outside of the mapped code is not used") {
  for (const std::uint64_t address : {std::uint64_t{0x10}, kText + 0x100000, kData + 0x10}) {
    ProbedProcess process;
    process.library("libjvm.so", with_code(safepoint_probes(kText + 0x10, address), {}));
    CHECK_FALSE(points_of(process, Runtime::jvm));
  }
}

TEST_CASE("pause points: code that the process has not mapped from the file is not probed") {
  ProbedProcess process;
  process.library("libjvm.so", with_code(safepoint_probes(kText + 0x10, kText + 0x20), {}),
                  "7f00000000-7f00001000");  // only the first page, .text is behind it
  const auto found = points_of(process, Runtime::jvm);
  REQUIRE_FALSE(found);
  CHECK(found.error().message.find("not mapped as code") != std::string::npos);
}

TEST_CASE("pause points: two copies of a runtime in one process are refused") {
  ProbedProcess process;
  const std::string bytes = with_code(safepoint_probes(kText + 0x10, kText + 0x20), {});
  process.library("libjvm.so", bytes);
  process.tree.files.write("program", bytes);
  process.map("program", "/opt/other/libjvm.so", "7f20000000-7f20003000", 0);
  const auto found = points_of(process, Runtime::jvm);
  REQUIRE_FALSE(found);
  CHECK(found.error().message.find("two copies") != std::string::npos);
}

TEST_CASE("pause points: a library that was deleted is still found") {
  ProbedProcess process;
  process.library("libjvm.so", with_code(safepoint_probes(kText + 0x10, kText + 0x20), {}));
  std::string maps;
  std::getline(std::ifstream(process.tree.files.path("proc/7/maps")), maps);
  process.tree.files.write("proc/7/maps", maps + " (deleted)\n");
  CHECK(points_of(process, Runtime::jvm));
}

TEST_CASE("pause points: another file in the place of the mapped one is not probed") {
  ProbedProcess process;
  const std::string bytes = with_code(safepoint_probes(kText + 0x10, kText + 0x20), {});
  process.library("libjvm.so", bytes);
  process.tree.files.write("newer", bytes);
  process.tree.files.link("proc/7/map_files/7f00000000-7f00003000",
                          process.tree.files.path("newer"));
  const auto found = points_of(process, Runtime::jvm);
  REQUIRE_FALSE(found);
  CHECK(found.error().message.find("libjvm.so") != std::string::npos);
}

TEST_CASE("pause points: V8's observable pauses are found by the start of their names") {
  ProbedProcess process;
  ElfImage image;
  image.dynsym({{kStartPause, kText + 0x100}, {kStopPause, kText + 0x200}, {kCollect, kText}});
  process.program(
      with_code(image, {{kText, kPush}, {kText + 0x100, kPush}, {kText + 0x200, kPush}}));
  const auto found = points_of(process, Runtime::node);
  REQUIRE(found);
  CHECK(found->source == "symbols");
  const auto points = sorted(found->points);
  REQUIRE(points.size() == 2);
  CHECK(points[0].offset == kTextOffset + 0x100);
  CHECK(points[1].offset == kTextOffset + 0x200);
  CHECK_FALSE(points[1].on_return);
  CHECK(points[0].path == process.exe());
}

TEST_CASE("pause points: where V8's pause begins badly, the whole collection is probed") {
  ProbedProcess process;
  ElfImage image;
  image.symtab({{kStartPause, kText + 0x100}, {kStopPause, kText + 0x200}, {kCollect, kText}});
  process.program(
      with_code(image, {{kText, kPush}, {kText + 0x100, kSub}, {kText + 0x200, kPush}}));
  const auto found = points_of(process, Runtime::node);
  REQUIRE(found);
  CHECK(found->nests);
  REQUIRE(found->points.size() == 2);
  const auto points = sorted(found->points);
  CHECK(points[0].offset == kTextOffset);
  CHECK(points[1].offset == kTextOffset);
  CHECK(points[1].on_return);
}

TEST_CASE("pause points: V8's stops for the start of marking are added where they can be probed") {
  const std::vector<ImageSymbol> symbols = {
      {kStartPause, kText + 0x100},
      {kStopPause, kText + 0x200},
      {"_ZN2v88internal4Heap41InvokeIncrementalMarkingPrologueCallbacksEv", kText + 0x300},
      {"_ZN2v88internal4Heap41InvokeIncrementalMarkingEpilogueCallbacksEv", kText + 0x400}};
  for (const bool has_place : {true, false}) {
    ProbedProcess process;
    ElfImage image;
    image.dynsym(symbols);
    process.program(with_code(image, {{kText + 0x100, kPush},
                                      {kText + 0x200, kPush},
                                      {kText + 0x300, kPush},
                                      {kText + 0x400, has_place ? kPush : kSub}}));
    const auto found = points_of(process, Runtime::node);
    REQUIRE(found);
    CHECK(found->points.size() == (has_place ? 4 : 2));
  }
}

TEST_CASE("pause points: a prefix that two functions share is not guessed at") {
  ProbedProcess process;
  ElfImage image;
  image.dynsym({{kStartPause, kText + 0x100},
                {std::string(kStartPause) + "i", kText + 0x300},
                {kStopPause, kText + 0x200}});
  process.program(with_code(image, {}));
  CHECK_FALSE(points_of(process, Runtime::node));
}

TEST_CASE("pause points: a stripped V8 is probed where two ways of its test request meet") {
  // 0x000: the request, 0x100: the collection, 0x200: another that calls it, 0x300: a failure
  const std::string request = branch('\xe8', kText, kText + 0x300) +
                              branch('\xe9', kText + 5, kText + 0x200) +
                              branch('\xe9', kText + 10, kText + 0x100);
  const auto make = [&](const std::string& other) {
    ElfImage image;
    image.dynsym({{kRequest, kText}});
    image.function_starts({kText, kText + 0x100, kText + 0x200, kText + 0x300, kText + 0x400});
    return with_code(image, {{kText, request}, {kText + 0x100, kPush}, {kText + 0x200, other}});
  };
  SUBCASE("and does so once") {
    ProbedProcess process;
    process.program(make(kPush + branch('\xe8', kText + 0x204, kText + 0x100)));
    const auto found = points_of(process, Runtime::node);
    REQUIRE(found);
    CHECK(found->source == "anchor");
    REQUIRE(found->points.size() == 2);
    CHECK(found->points[0].offset == kTextOffset + 0x100);
    CHECK(sorted(found->points)[1].on_return);
  }
  SUBCASE("but not if they meet nowhere") {
    ProbedProcess process;
    process.program(make(kPush));
    CHECK_FALSE(points_of(process, Runtime::node));
  }
  SUBCASE("but not if they meet twice") {
    ProbedProcess process;
    process.program(make(kPush + branch('\xe8', kText + 0x204, kText + 0x100) +
                         branch('\xe8', kText + 0x209, kText + 0x300)));
    CHECK_FALSE(points_of(process, Runtime::node));
  }
}

TEST_CASE("pause points: CPython's probes come with their semaphores") {
  ProbedProcess process;
  ElfImage image;
  image.section(".note.stapsdt", usdt_notes({{"python", "gc__start", kText + 0x10, kData + 0x800},
                                             {"python", "gc__start", kText + 0x30, kData + 0x800},
                                             {"python", "gc__done", kText + 0x20, kData + 0x802}}));
  process.library("libpython3.so", with_code(ElfImage(), {}), "7e00000000-7e00003000");
  process.library("libpython3.11.so.1.0", with_code(image, {}));
  const auto found = points_of(process, Runtime::cpython);
  REQUIRE(found);
  CHECK(found->source == "usdt");
  const auto points = sorted(found->points);
  REQUIRE(points.size() == 3);  // one begin was compiled twice
  CHECK(points[0].ref_ctr_offset == 0x800);
  CHECK(points[1].ref_ctr_offset == 0x800);
  CHECK(points[2].ref_ctr_offset == 0x802);
}

TEST_CASE("pause points: a semaphore that is not in the file's data forbids the probe") {
  for (const std::uint64_t semaphore :
       {kText + 0x100, kData + 0x801, kData + 0xfff, kData + 0x2000}) {
    ProbedProcess process;
    ElfImage image;
    image.section(".note.stapsdt",
                  usdt_notes({{"python", "gc__start", kText + 0x10, semaphore},
                              {"python", "gc__done", kText + 0x20, kData + 0x802}}));
    process.program(with_code(image, {}));
    CHECK_FALSE(points_of(process, Runtime::cpython));
  }
}

TEST_CASE("pause points: a self-built CPython's collector is probed from its call to its return") {
  ProbedProcess process;
  ElfImage image;
  image.symtab({{"gc_collect_main.constprop.0", kText + 0x100}, {"gc_collect_main.cold", kText}});
  process.program(with_code(image, {{kText + 0x100, "\xf3\x0f\x1e\xfa\x41\x57"}}));
  const auto found = points_of(process, Runtime::cpython);
  REQUIRE(found);
  const auto points = sorted(found->points);
  REQUIRE(points.size() == 2);
  CHECK(points[0].offset == kTextOffset + 0x104);  // behind endbr64
  CHECK(points[1].offset == kTextOffset + 0x104);
  CHECK(points[1].on_return);
}

TEST_CASE("pause points: a common name is CPython's collector only in its source file") {
  for (const std::uint64_t collect : {kText + 0x100, kText + 0x1000}) {
    ProbedProcess process;
    ElfImage image;
    // PyGC_Collect is where it would be if .text were larger: far from the first, beside the other.
    image.symtab({{"collect", collect}, {"PyGC_Collect", kText + 0x8800}});
    process.program(with_code(image, {{collect, kPush}}));
    CHECK(static_cast<bool>(points_of(process, Runtime::cpython)) == (collect == kText + 0x1000));
  }
}

TEST_CASE("pause points: a stripped CPython's collector is the one large function it calls") {
  const auto make = [](std::uint64_t next) {
    ElfImage image;
    image.dynsym({{"PyGC_Collect", kText}});
    image.function_starts({kText, kText + 0x100, kText + 0x200, next});
    return with_code(image, {{kText, branch('\xe8', kText, kText + 0x100)},
                             {kText + 0x100, branch('\xe8', kText + 0x100, kText + 0x200)},
                             {kText + 0x200, kPush}});
  };
  ProbedProcess process;
  process.program(make(kText + 0x200 + 5000));
  const auto found = points_of(process, Runtime::cpython);
  REQUIRE(found);
  CHECK(found->source == "anchor");
  CHECK(found->points[0].offset == kTextOffset + 0x200);

  ProbedProcess small;
  small.program(make(kText + 0x200 + 3000));
  CHECK_FALSE(points_of(small, Runtime::cpython));
}

TEST_CASE("pause points: Ruby's marking and sweeping are probed, or nothing") {
  std::vector<Usdt> probes = {{"ruby", "gc__mark__begin", kText + 0x10, kData + 0x10},
                              {"ruby", "gc__mark__end", kText + 0x20, kData + 0x12},
                              {"ruby", "gc__sweep__begin", kText + 0x30, kData + 0x14},
                              {"ruby", "gc__sweep__end", kText + 0x40, kData + 0x16}};
  for (const bool is_whole : {true, false}) {
    if (!is_whole) probes.pop_back();
    ProbedProcess process;
    process.library("libruby-3.1.so.3.1.2",
                    with_code(ElfImage().section(".note.stapsdt", usdt_notes(probes)), {}));
    const auto found = points_of(process, Runtime::ruby);
    REQUIRE(static_cast<bool>(found) == is_whole);
    if (!found) continue;
    CHECK(found->points.size() == 4);
    CHECK(found->nests);
  }
}

TEST_CASE("pause points: PHP's collector is probed, but not where coroutines switch stacks") {
  ProbedProcess process;
  ElfImage image;
  image.dynsym({{"zend_gc_collect_cycles", kText + 0x100}});
  process.program(with_code(image, {{kText + 0x100, "\x41\x57\x41\x56"}}));
  const auto found = points_of(process, Runtime::php);
  REQUIRE(found);
  CHECK(found->points.size() == 2);

  process.library("swoole.so", with_code(ElfImage(), {}));
  const auto refused = points_of(process, Runtime::php);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("stacks") != std::string::npos);
}

TEST_CASE("pause points: return probes are left out where they would kill") {
  ProbedProcess process;
  ElfImage image;
  image.dynsym({{"zend_gc_collect_cycles", kText + 0x100}});
  process.program(with_code(image, {{kText + 0x100, kPush}}));
  process.tree.files.write("proc/sys/kernel/osrelease", "6.12.3\n");
  process.tree.files.write("proc/7/status", "Seccomp:\t2\n");
  process.tree.files.write("proc/7/task/7/status", "Seccomp:\t2\n");
  const auto found = points_of(process, Runtime::php);
  REQUIRE_FALSE(found);
  CHECK(found.error().message.find("seccomp") != std::string::npos);
}

TEST_CASE("pause points: Go's stops are probed behind the test for room, without return probes") {
  GoProgram program;
  program.functions = {{kText, "runtime.text"},
                       {kText + 0x100, "runtime.stopTheWorldWithSema"},
                       {kText + 0x200, "runtime.startTheWorldWithSema"}};
  program.end = kText + 0x300;
  const std::string start("\x4c\x8d\x64\x24\xd8\x4d\x3b\x66\x18\x0f\x86\x08\x05\x00\x00", 15);
  const std::string code_bytes =
      std::string(0x100, '\x90') + start + std::string(0x100 - 15, '\x90') +
      std::string("\x49\x3b\x66\x10\x76\x20", 6) + std::string(0x100, '\x90');
  std::string bytes = program.bytes();
  bytes.resize((bytes.size() + 0xfff) / 0x1000 * 0x1000);
  Elf64_Phdr code{};
  code.p_type = PT_LOAD;
  code.p_flags = PF_R | PF_X;
  code.p_offset = bytes.size();
  code.p_vaddr = kText;
  code.p_filesz = code_bytes.size();
  const Elf64_Half segments = 3;
  std::memcpy(bytes.data() + sizeof(Elf64_Ehdr) + 2 * sizeof code, &code, sizeof code);
  std::memcpy(bytes.data() + offsetof(Elf64_Ehdr, e_phnum), &segments, sizeof segments);
  ProbedProcess process;
  process.program(bytes + code_bytes);

  const auto found = points_of(process, Runtime::go);

  REQUIRE(found);
  CHECK(found->source == "pclntab");
  const auto points = sorted(found->points);
  REQUIRE(points.size() == 2);
  CHECK(points[0].kind == Kind::begin);
  CHECK(points[0].offset == code.p_offset + 0x100 + 9);
  CHECK(points[1].offset == code.p_offset + 0x200 + 4);
  CHECK(std::none_of(points.begin(), points.end(),
                     [](const PausePoint& point) { return point.on_return; }));
}

TEST_CASE("pause points: a runtime that has no places says why") {
  const ProcTree tree;
  for (const Runtime runtime : {Runtime::beam, Runtime::dotnet, Runtime::deno, Runtime::bun,
                                Runtime::lua, Runtime::native, Runtime::unknown}) {
    const auto found = find_pause_points(7, runtime, tree.roots());
    REQUIRE_FALSE(found);
    CHECK_FALSE(found.error().message.empty());
    CHECK_FALSE(found.error().hint.empty());
  }
}

TEST_CASE("pause points: a file that has nothing to probe says so") {
  for (const Runtime runtime :
       {Runtime::go, Runtime::jvm, Runtime::node, Runtime::cpython, Runtime::ruby, Runtime::php}) {
    ProbedProcess process;
    process.program(with_code(ElfImage(), {}));
    const auto found = points_of(process, runtime);
    REQUIRE_FALSE(found);
    CHECK_FALSE(found.error().message.empty());
  }
}

TEST_CASE("pause points: a process that is gone, or whose program is no program, is an error") {
  const ProcTree tree;
  CHECK_FALSE(find_pause_points(7, Runtime::jvm, tree.roots()));
  ProbedProcess process;
  process.program("no program");
  const auto found = points_of(process, Runtime::go);
  REQUIRE_FALSE(found);
  CHECK_FALSE(found.error().hint.empty());
}
