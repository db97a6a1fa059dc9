#include "target/runtime_language.h"

#include <algorithm>
#include <cstring>

namespace boundscope {
namespace {

// Marks are looked for at both ends of long tables: libraries are linked after the program.
constexpr std::size_t kTextWindow = 1024 * 1024;
constexpr std::size_t kSymbolsWindow = 512 * 1024;
constexpr int kSeveral = 4;
constexpr std::size_t kCommentLimit = 16 * 1024;

enum class Place {
  section,  // its name
  needed,   // how the name of a library starts that it asks for
  comment,  // what compilers and linkers wrote into .comment; packagers like to remove it
  symbol,   // a part of a symbol's name
  texts,    // a part of several constants of the program
  text,     // one constant, which programs about programs may have as well: counts if nothing else
            // does
};

struct Mark {
  const char* language;
  Place place;
  std::string_view text;
};

// In the order of precedence: what stands further up is built upon what stands below.
constexpr Mark kMarks[] = {
    {"java", Place::section, ".svm_heap"},  // GraalVM native image
    {"c#", Place::section, "__managedcode"},
    {"c#", Place::symbol, "DotNetRuntimeDebugHeader"},
    {"haskell", Place::comment, "GHC "},
    {"haskell", Place::needed, "libHS"},
    {"haskell", Place::text, "GHCRTS"},
    {"swift", Place::section, "swift5_typeref"},
    {"swift", Place::needed, "libswiftCore."},
    {"ocaml", Place::text, "OCAMLRUNPARAM"},
    {"crystal", Place::symbol, "__crystal_"},
    {"nim", Place::symbol, "NimMain"},
    {"nim", Place::text, "fatal.nim"},
    {"zig", Place::comment, "zig "},
    {"zig", Place::symbol, "posixCallMainAndExit"},
    {"d", Place::needed, "libphobos2."},
    {"d", Place::needed, "libdruntime"},
    {"d", Place::symbol, "_d_run_main"},
    {"ada", Place::needed, "libgnat-"},
    {"rust", Place::comment, "rustc version"},
    {"rust", Place::symbol, "rust_eh_personality"},
    {"rust", Place::texts, "library/std/src/"},  // where its library would panic
    {"rust", Place::texts, "library/core/src/"},
    {"fortran", Place::needed, "libgfortran."},
    {"fortran", Place::needed, "libflang."},
    {"fortran", Place::text, "Fortran runtime error"},
    {"c++", Place::needed, "libstdc++."},
    {"c++", Place::needed, "libc++."},
    {"c++", Place::symbol, "__gxx_personality_v0"},
    {"c++", Place::texts, "N10__cxxabiv1"},  // names of the types of its own type information
};

// Where C++ is in the program too: what shows that it starts in the other language.
constexpr Mark kStarts[] = {
    {"rust", Place::symbol, "lang_start"},
    {"rust", Place::text, "library/std/src/rt.rs"},
    {"fortran", Place::symbol, "MAIN__"},
};

// C leaves no mark of its own. It is what remains if the file says at least this.
constexpr Mark kAnyCompiler[] = {
    {"c", Place::needed, "libc."},        {"c", Place::needed, "ld-musl-"},
    {"c", Place::comment, "GCC: "},       {"c", Place::comment, "clang version"},
    {"c", Place::text, "GLIBC_TUNABLES"}, {"c", Place::text, "MUSL_LOCPATH"},
};

// How often `needle` is in `text`, at most kSeveral times.
int count(std::string_view text, std::string_view needle) {
  int found = 0;
  while (found < kSeveral) {
    const void* at = ::memmem(text.data(), text.size(), needle.data(), needle.size());
    if (at == nullptr) break;
    text.remove_prefix(static_cast<const char*>(at) - text.data() + needle.size());
    ++found;
  }
  return found;
}

class Evidence {
 public:
  Evidence(const ElfFile& file, std::string_view names)
      : file_(file), names_(names), needed_(file.needed()) {
    comment_ = file.section(".comment", kCommentLimit).value_or("");
    symbols_ = both_ends(".strtab", kSymbolsWindow);
    text_ = file.has_section(".rodata") ? both_ends(".rodata", kTextWindow) : first_constants();
  }

  bool has(const Mark& mark) const {
    switch (mark.place) {
      case Place::section:
        return file_.has_section(mark.text);
      case Place::needed:
        return std::any_of(needed_.begin(), needed_.end(), [&](const std::string& library) {
          return library.starts_with(mark.text);
        });
      case Place::comment:
        return holds(comment_, mark.text);
      case Place::symbol:
        return holds(names_, mark.text) || holds(symbols_, mark.text);
      case Place::texts:
        return count(text_, mark.text) >= kSeveral;
      case Place::text:
        return holds(text_, mark.text);
    }
    return false;
  }

 private:
  // All of a section up to twice the window, so that no byte is seen twice.
  std::string both_ends(std::string_view section, std::size_t window) const {
    const auto piece = file_.section_piece(section);
    if (!piece || piece->size <= 2 * window) return file_.section(section, 2 * window).value_or("");
    return file_.section(section, window).value_or("") +
           file_.section_end(section, window).value_or("");
  }

  // Without section headers: segments that may neither be written nor executed.
  std::string first_constants() const {
    std::string text;
    for (const ElfPiece& segment : file_.segments()) {
      if (segment.writable || segment.executable) continue;
      text += file_.read(segment.offset, std::min<std::uint64_t>(segment.size, kTextWindow));
      if (text.size() > kTextWindow) break;
    }
    return text;
  }

  const ElfFile& file_;
  std::string_view names_;
  std::vector<std::string> needed_;
  std::string comment_;
  std::string symbols_;
  std::string text_;
};

bool contains(const std::vector<std::string>& all, std::string_view one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

// Rust or Fortran code in a C++ program looks like C++ code in a Rust or Fortran program, but for
// where the program starts.
void put_cpp_first_unless_started_elsewhere(std::vector<std::string>& languages,
                                            const Evidence& evidence) {
  const auto cpp = std::find(languages.begin(), languages.end(), "c++");
  if (cpp == languages.end()) return;
  const std::string first = languages.front();
  if (first != "rust" && first != "fortran") return;
  for (const Mark& mark : kStarts) {
    if (first == mark.language && evidence.has(mark)) return;
  }
  std::rotate(languages.begin(), cpp, cpp + 1);
}

}  // namespace

bool holds(std::string_view text, std::string_view needle) {
  return ::memmem(text.data(), text.size(), needle.data(), needle.size()) != nullptr;
}

std::vector<std::string> native_languages(const ElfFile& file, std::string_view names) {
  const Evidence evidence(file, names);
  std::vector<std::string> languages;
  for (const bool weak : {false, true}) {
    if (weak && !languages.empty()) break;
    for (const Mark& mark : kMarks) {
      if ((mark.place == Place::text) != weak || contains(languages, mark.language)) continue;
      if (evidence.has(mark)) languages.emplace_back(mark.language);
    }
  }
  put_cpp_first_unless_started_elsewhere(languages, evidence);
  const bool compiled = std::any_of(std::begin(kAnyCompiler), std::end(kAnyCompiler),
                                    [&](const Mark& mark) { return evidence.has(mark); });
  if (languages.empty() && compiled) languages.emplace_back("c");
  return languages;
}

}  // namespace boundscope
