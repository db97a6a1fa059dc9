#include "target/runtime.h"

#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "target/elf_file.h"
#include "target/runtime_host.h"
#include "target/runtime_jvm.h"
#include "target/runtime_maps.h"
#include "target/runtime_node.h"
#include "target/runtime_options.h"
#include "target/runtime_root.h"
#include "target/runtime_ruby.h"
#include "target/runtime_vendor.h"
#include "target/text.h"

namespace boundscope {
namespace {

constexpr int kLooksPerCommand = 8;           // a first worker may not have loaded everything yet
constexpr std::size_t kExtensionsLimit = 64;  // per process
constexpr std::size_t kRemembered = 4096;     // entries of each kind

// What a guess needs before anything of the process is known.
RuntimeGuess guess_of(const ProgramMarks& program) {
  RuntimeGuess guess;
  guess.embedded = program.languages;
  if (program.runtime.known()) {
    guess.runtime = program.runtime.runtime;
    guess.version = program.runtime.version;
    guess.language = program.runtime.language;
    return guess;
  }
  guess.runtime = Runtime::native;
  if (!guess.embedded.empty()) {
    guess.language = guess.embedded.front();
    guess.embedded.erase(guess.embedded.begin());
  }
  // An interpreter that is carried along is not what the program is written in.
  if (guess.language == "python") std::swap(guess.language, guess.embedded.emplace_back());
  return guess;
}

// Sorted, each once, without the program's own language.
void tidy(RuntimeGuess& guess) {
  std::set<std::string> unique(guess.embedded.begin(), guess.embedded.end());
  unique.erase(guess.language);
  unique.erase("");
  guess.embedded.assign(unique.begin(), unique.end());
}

// LuaJIT as a library, or a program that is called so.
bool is_luajit(std::string_view path) {
  return base_name(path).find("luajit") != std::string_view::npos;
}

bool is_elixir(std::string_view command_line) {
  const auto arguments = split_arguments(command_line);
  return std::any_of(arguments.begin(), arguments.end(), [](std::string_view argument) {
    return argument == "elixir" || argument.ends_with("/elixir/ebin");
  });
}

template <class Map>
void forget_if_large(Map& map) {
  if (map.size() >= kRemembered) map.clear();
}

}  // namespace

// One process, while it is looked at.
struct RuntimeDetector::Look {
  Look(const ProcFs& proc, pid_t process, std::string_view executable)
      : pid(process),
        exe(without_deleted(executable)),
        root(proc.path(process, "root")),
        maps(proc.maps(process)) {
    code = parse_code_mappings(maps.text);
    libraries = runtime_libraries(code);
    command = command_line(proc, process);
  }

  // The mapped library of a runtime; empty if there is none.
  std::string_view library_of(Runtime runtime) const {
    for (const RuntimeLibrary& library : libraries) {
      if (library.named.runtime == runtime) return library.path;
    }
    return {};
  }

  pid_t pid;
  std::string_view exe;
  ProcessRoot root;
  FileText maps;
  CodeMappings code;
  std::vector<RuntimeLibrary> libraries;
  std::string command;
};

RuntimeDetector::FileId RuntimeDetector::id_of(const struct stat& info) {
  const std::int64_t changed_ns =
      std::int64_t{info.st_ctim.tv_sec} * 1'000'000'000 + info.st_ctim.tv_nsec;
  return {info.st_dev, info.st_ino, changed_ns};
}

const ProgramMarks& RuntimeDetector::program(const FileId& id, UniqueFd fd, std::string_view path) {
  const auto known = programs_.find(id);
  if (known != programs_.end()) return known->second;
  forget_if_large(programs_);
  ++files_read_;
  const auto file = ElfFile::open(std::move(fd));
  return programs_[id] = file ? program_marks(path, *file) : ProgramMarks{};
}

const std::vector<std::string>& RuntimeDetector::extension(const Look& look,
                                                           const CodeFile& mapped) {
  const std::string key =
      std::string(mapped.device) + " " + std::string(mapped.inode) + " " + std::string(mapped.path);
  const auto known = extensions_.find(key);
  if (known != extensions_.end()) return known->second;
  forget_if_large(extensions_);
  ++files_read_;
  // The very file that is mapped, also if another one has its name by now.
  UniqueFd fd = open_regular(proc_.path(look.pid, "map_files/" + std::string(mapped.range)));
  if (!fd) fd = look.root.open(without_deleted(mapped.path));
  const auto file = ElfFile::open(std::move(fd));
  return extensions_[key] = file ? extension_marks(*file) : std::vector<std::string>{};
}

void RuntimeDetector::take_extensions(const Look& look, RuntimeGuess& guess) {
  const std::string_view libjvm = look.library_of(Runtime::jvm);
  const std::string_view home =
      guess.runtime == Runtime::jvm ? look.root.inside(java_home(libjvm)) : std::string_view{};
  std::size_t taken = 0;
  for (const CodeFile& mapped : look.code.files) {
    if (without_deleted(mapped.path) == look.exe) continue;
    if (!is_extension(look.root.inside(mapped.path), guess.runtime, home)) continue;
    if (++taken > kExtensionsLimit) return;
    for (const std::string& mark : extension(look, mapped)) {
      // All extensions of PHP are in C; what is worth knowing is which are not.
      if (guess.runtime == Runtime::php && mark == "c") continue;
      guess.embedded.push_back(mark);
    }
  }
}

RuntimeGuess RuntimeDetector::look_at(pid_t pid, const ProgramMarks& program,
                                      std::string_view exe) {
  ++processes_read_;
  const Look look(proc_, pid, exe);
  RuntimeGuess guess = guess_of(program);
  std::string_view path = look.exe;
  if (const RuntimeLibrary* host = hosting_library(program, look.exe, look.libraries)) {
    guess.runtime = host->named.runtime;
    guess.version = host->named.version;
    guess.language = host->named.language;
    guess.embedded.clear();  // of the launcher or server
    path = host->path;
  } else if (hosts_python_itself(program, look.exe)) {
    guess.runtime = Runtime::cpython;
    guess.language = language_of(Runtime::cpython);
    guess.embedded.clear();
  }
  for (const RuntimeLibrary& library : look.libraries) {
    guess.embedded.emplace_back(library.named.language);
    const std::string& version = library.named.version;
    if (library.named.runtime == guess.runtime && version.starts_with(guess.version)) {
      guess.version = version;
    }
  }
  add_details(look, path, guess);
  take_extensions(look, guess);
  tidy(guess);
  return guess;
}

void RuntimeDetector::add_details(const Look& look, std::string_view path, RuntimeGuess& guess) {
  const Runtime runtime = guess.runtime;
  if (runtime == Runtime::jvm) {
    JvmDetails details = jvm_details(proc_, look.pid, look.root, look.maps.text, path);
    if (!details.version.empty()) guess.version = std::move(details.version);
    guess.vendor = std::move(details.vendor);
    guess.collector = std::move(details.collector);
  } else if (runtime == Runtime::ruby) {
    const std::string options = environment_variable(proc_, look.pid, "RUBYOPT");
    const std::string enable = environment_variable(proc_, look.pid, "RUBY_YJIT_ENABLE");
    guess.jit =
        ruby_jit({look.command, options, enable, bool(look.maps), look.code.anonymous_code});
  } else if (runtime == Runtime::lua) {
    guess.jit = is_luajit(path) ? "luajit" : "none";
  } else if (runtime == Runtime::beam && is_elixir(look.command)) {
    guess.language = "elixir";
  } else if (runtime == Runtime::dotnet &&
             !mapped_path_with(look.maps.text, "/FSharp.Core.dll").empty()) {
    guess.language = "f#";
  } else if (runtime == Runtime::node && guess.version.empty()) {
    guess.version = installed_node_version(look.exe, look.root);
  }
  if (guess.vendor.empty()) guess.vendor = vendor(look, path, guess);
}

// Go, C and the like bring their runtime with each program: it has no vendor of its own.
std::string RuntimeDetector::vendor(const Look& look, std::string_view path,
                                    const RuntimeGuess& guess) {
  if (guess.runtime == Runtime::native || guess.runtime == Runtime::go) return "";
  if (const std::string_view place = vendor_by_place(path); !place.empty()) {
    return std::string(place);
  }
  // Distributions build Node as a library. One that is not comes from elsewhere, wherever it lies.
  const bool from_elsewhere =
      guess.runtime == Runtime::node && look.library_of(Runtime::node).empty();
  return from_elsewhere ? "" : vendor_by_distribution(look.root.inside(path), look.root);
}

RuntimeGuess RuntimeDetector::of_process(pid_t pid) {
  UniqueFd fd = proc_.open_exe(pid);
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0) return {};
  const FileId id = id_of(info);
  const std::string exe = proc_.exe(pid).value_or("");
  const ProgramMarks& marks = program(id, std::move(fd), exe);
  forget_if_large(processes_);
  Known& known = processes_[{id, command_line(proc_, pid)}];
  if (known.looks < kLooksPerCommand) {
    known.guess = look_at(pid, marks, exe);
    ++known.looks;
  }
  return known.guess;
}

RuntimeGuess runtime_of_file(const std::string& path) {
  const auto file = ElfFile::open(open_regular(path));
  if (!file) return {};
  RuntimeGuess guess = guess_of(program_marks(path, *file));
  tidy(guess);
  return guess;
}

}  // namespace boundscope
