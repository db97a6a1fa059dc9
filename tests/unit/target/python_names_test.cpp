// Names of CPython's functions from the tables in its data, whole and made to mislead.
#include "target/symbols/python_names.h"

#include <doctest/doctest.h>

#include <string>

#include "target/symbols/file_symbols.h"
#include "target/symbols/memory_file.h"
#include "unit/target/python_image.h"

using namespace boundscope;
using namespace boundscope::test;

namespace {

// Offsets in PyTypeObject.
constexpr std::uint64_t kAsNumber = 96;
constexpr std::uint64_t kAsMapping = 112;
constexpr std::uint64_t kTraverse = 184;
constexpr std::uint64_t kMethods = 232;
constexpr std::uint64_t kGetSet = 248;

PythonNames names_of(const PythonImage& image) {
  const auto file = ElfFile::open(memory_file(image.bytes()));
  REQUIRE(file);
  return PythonNames::read(*file, FunctionStarts::read(*file));
}

struct Resolved {
  Frame frame;
  SymbolProblems problems;
};

Resolved resolve(const PythonImage& image, std::uint64_t address) {
  Resolved result;
  const auto file = ElfFile::open(memory_file(image.bytes()));
  REQUIRE(file);
  const SymbolLimits limits;
  ReadBudget budget(limits.read_bytes_per_window);
  const DebugFolders no_folders;
  const auto symbols =
      FileSymbols::read(*file, "/usr/bin/python3", {no_folders, limits, budget, result.problems});
  REQUIRE(symbols);
  symbols->resolve(address - PythonImage::kBase, result.frame);
  return result;
}

}  // namespace

TEST_CASE("python names: methods of a type are named by both") {
  PythonImage image;
  const auto join = image.function();
  const auto split = image.function();
  image.type("str", {{kMethods, image.methods({{"join", join}, {"split", split}})}});

  const PythonNames names = names_of(image);

  CHECK(names.size() == 2);
  CHECK(names.name_at(join) == "py:str.join");
  CHECK(names.name_at(split) == "py:str.split");
  CHECK(names.name_at(join + 1).empty());
  CHECK_FALSE(names.is_cut());
}

TEST_CASE("python names: slots of a type are spelled as CPython does") {
  PythonImage image;
  const auto traverse = image.function();
  const auto unite = image.function();
  const auto subscript = image.function();
  std::vector<std::uint64_t> number(36);
  number[15] = unite;
  image.type("dict", {{kTraverse, traverse},
                      {kAsNumber, image.words(number)},
                      {kAsMapping, image.words({0, subscript, 0})}});

  const PythonNames names = names_of(image);

  CHECK(names.name_at(traverse) == "py:dict.tp_traverse");
  CHECK(names.name_at(unite) == "py:dict.nb_or");
  CHECK(names.name_at(subscript) == "py:dict.mp_subscript");
}

TEST_CASE("python names: getter and setter of an attribute have its name") {
  PythonImage image;
  const auto get = image.function();
  const auto set = image.function();
  image.type("function", {{kGetSet, image.attribute("__code__", get, set)}});

  const PythonNames names = names_of(image);

  CHECK(names.name_at(get) == "py:function.__code__");
  CHECK(names.name_at(set) == "py:function.__code__");
}

TEST_CASE("python names: a type that is made at start-up is known by its description") {
  PythonImage image;
  const auto match = image.function();
  const auto traverse = image.function();
  const auto methods = image.methods({{"match", match}});
  constexpr std::uint64_t kNumberOfMethods = 64;
  constexpr std::uint64_t kNumberOfTraverse = 71;
  image.type_spec("re.Pattern", {{kNumberOfTraverse, traverse}, {kNumberOfMethods, methods}});

  const PythonNames names = names_of(image);

  CHECK(names.size() == 2);
  CHECK(names.name_at(match) == "py:re.Pattern.match");
  CHECK(names.name_at(traverse) == "py:re.Pattern.tp_traverse");
}

TEST_CASE("python names: a type's description with nothing before it is not taken for a module's") {
  PythonImage image;
  const auto seed = image.function();
  constexpr std::uint64_t kFlags = 1 << 10;
  const auto methods = image.methods({{"seed", seed}});
  const auto slots = image.words({64, methods, 0, 0});
  image.words({1, 0, 0, 0, 0, image.text("_random.Random"), 2520, kFlags, slots, 0, 0, 0, 0});

  CHECK(names_of(image).name_at(seed) == "py:_random.Random.seed");
}

TEST_CASE("python names: functions of a module are named by it") {
  PythonImage image;
  const auto scan = image.function();
  const auto traverse = image.function();
  image.module("_json", image.methods({{"scanstring", scan}}), traverse);

  const PythonNames names = names_of(image);

  CHECK(names.name_at(scan) == "py:_json.scanstring");
  CHECK(names.name_at(traverse) == "py:_json.m_traverse");
}

TEST_CASE("python names: a type without size and functions of its own keeps its methods") {
  PythonImage image;
  const auto read = image.function();
  image.type("_io._RawIOBase", {{32, 0}, {kMethods, image.methods({{"read", read}})}});

  CHECK(names_of(image).name_at(read) == "py:_io._RawIOBase.read");
}

TEST_CASE(
    "python names: of several names a method's goes first, then a slot's, then the shortest") {
  PythonImage image;
  const auto copy = image.function();
  const auto subscript = image.function();
  const auto methods = image.methods({{"copy", copy}, {"__getitem__", subscript}});
  image.type("frozenset", {{kMethods, methods}, {kTraverse, copy}});
  image.type("set", {{kMethods, methods}, {kAsMapping, image.words({0, subscript, 0})}});

  const PythonNames names = names_of(image);

  CHECK(names.name_at(copy) == "py:set.copy");
  CHECK(names.name_at(subscript) == "py:set.mp_subscript");
}

TEST_CASE("python names: pointers that the loader writes are read from its relocations") {
  for (const std::uint32_t relocation : {R_X86_64_RELATIVE, R_AARCH64_RELATIVE}) {
    PythonImage image;
    image.pointers = PythonImage::Pointers::relocated;
    image.relocation = relocation;
    const auto join = image.function();
    image.type("str", {{kMethods, image.methods({{"join", join}})}});

    CHECK(names_of(image).name_at(join) == "py:str.join");
  }
}

TEST_CASE("python names: an entry for a function of another file does not end its list") {
  PythonImage image;
  const auto last = image.function();
  const auto methods = image.methods({{"__class_getitem__", 0}, {"last", last}});
  image.type("deque", {{kMethods, methods}});

  const PythonNames names = names_of(image);

  CHECK(names.size() == 1);
  CHECK(names.name_at(last) == "py:deque.last");
}

TEST_CASE("python names: a file that has nothing to do with CPython has none") {
  PythonImage image;
  image.imports = "malloc";
  image.type("str", {{kMethods, image.methods({{"join", image.function()}})}});

  CHECK(names_of(image).size() == 0);
}

TEST_CASE("python names: what does not point to the start of a function is no function") {
  PythonImage image;
  const auto function = image.function();
  image.type("str",
             {{kMethods, image.methods({{"join", function + 4}, {"data", image.words({0})}})}});
  image.type("list", {{kTraverse, function + 4}, {kMethods, image.methods({{"sort", function}})}});

  CHECK(names_of(image).size() == 0);
}

TEST_CASE("python names: texts that are no names of types and methods are left out") {
  for (const std::string text :
       {"", "with space", "\x1b[31m", "a\nb", "1st", "caf\xc3\xa9", "a:b", "a;b"}) {
    CAPTURE(text);
    PythonImage image;
    image.type(text, {{kTraverse, image.function()}});
    image.type("str", {{kMethods, image.methods({{text, image.function()}})}});

    CHECK(names_of(image).size() == 0);
  }
  PythonImage long_name;
  long_name.type(std::string(128, 'x'), {{kTraverse, long_name.function()}});
  CHECK(names_of(long_name).size() == 0);
}

TEST_CASE("python names: tables that lead nowhere or to themselves end") {
  PythonImage image;
  const auto traverse = image.function();
  constexpr std::uint64_t kNowhere = 0x7ffffff0;
  image.type("wild", {{kTraverse, traverse}, {kMethods, kNowhere}});
  // Its own fields as a list of methods.
  image.type("own", {{kTraverse, traverse}, {kMethods, PythonImage::kData + 24}});
  image.module("module", PythonImage::kData);
  image.type_spec("spec",
                  {{64, PythonImage::kData}, {73, PythonImage::kData + 8}, {127, kNowhere}});

  const PythonNames names = names_of(image);

  CHECK(names.size() == 1);
  CHECK(names.name_at(traverse) == "py:own.tp_traverse");
}

TEST_CASE("python names: a search without end is given up and says so") {
  PythonImage image;
  std::vector<PythonImage::Method> entries(4096, {"sort", image.function()});
  const auto methods = image.methods(entries);
  for (int i = 0; i < 100; ++i) image.type("list", {{kMethods, methods}});

  CHECK(names_of(image).is_cut());
}

TEST_CASE("python names: of data that is too large the start is read") {
  PythonImage image;
  const auto join = image.function();
  image.type("str", {{kMethods, image.methods({{"join", join}})}});
  image.words(std::vector<std::uint64_t>((17 << 20) / 8));

  const PythonNames names = names_of(image);

  CHECK(names.name_at(join) == "py:str.join");
  CHECK(names.is_cut());
  CHECK(resolve(image, join).problems.all().at(0).reason.find("Python") != std::string::npos);
}

TEST_CASE("python names: a frame anywhere in the function has its name and no offset") {
  PythonImage image;
  const auto join = image.function();
  const auto unknown = image.function();
  image.type("str", {{kMethods, image.methods({{"join", join}})}});

  CHECK(resolve(image, join).frame.symbol == "py:str.join");
  CHECK(resolve(image, join + PythonImage::kFunctionSize - 1).frame.symbol == "py:str.join");
  CHECK(resolve(image, join).frame.offset == 0);
  CHECK(resolve(image, join).problems.all().empty());
  CHECK(resolve(image, unknown).frame.symbol.empty());
}

TEST_CASE("python names: an exported symbol goes before the name in a table") {
  PythonImage image;
  image.exported = "PyUnicode_Join";
  const auto join = image.function();
  const auto split = image.function();
  image.type("str", {{kMethods, image.methods({{"join", join}, {"split", split}})}});

  CHECK(resolve(image, join).frame.symbol == "PyUnicode_Join");
  CHECK(resolve(image, split).frame.symbol == "py:str.split");
}

TEST_CASE("python names: a file with a table of its own functions needs none") {
  for (const std::string section : {".symtab", ".gnu_debugdata"}) {
    CAPTURE(section);
    PythonImage image;
    image.extra_section = section;
    const auto join = image.function();
    image.type("str", {{kMethods, image.methods({{"join", join}})}});

    CHECK(resolve(image, join).frame.symbol.empty());
  }
}
