#include "target/symbols/symbolizer.h"

#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "target/proc_fs.h"
#include "target/symbols/demangle.h"
#include "target/symbols/file_symbols.h"
#include "target/symbols/jit_symbols.h"
#include "target/symbols/mapped_file.h"
#include "target/symbols/memory_file.h"
#include "target/symbols/root_folder.h"
#include "target/symbols/vdso.h"

namespace boundscope {
namespace {

constexpr std::size_t kMostRemembered = 64 * 1024;  // frames of one window
constexpr std::size_t kMostFiles = 16 * 1024;
constexpr int kMostLoads = 2;  // of one file in one window
constexpr std::uint64_t kEnd32Bit = 1ull << 32;
constexpr std::string_view kVdso = "[vdso]";

// What maps knows a file by.
using MapsIdentity = std::tuple<std::uint64_t, std::uint64_t, std::string>;

}  // namespace

class Symbolizer::State {
 public:
  State(HostRoots roots, AddressSpaces& spaces, SymbolLimits limits)
      : proc_(std::move(roots.proc)),
        spaces_(spaces),
        limits_(std::move(limits)),
        budget_(limits_.read_bytes_per_window),
        jit_(proc_, limits_, budget_, problems_),
        files_(limits_.cache_bytes),
        debug_folder_(limits_.debug_folder) {}

  const Frame& resolve(pid_t pid, std::uint64_t address);
  void forget_frames();
  const SymbolProblems& problems() const { return problems_; }
  std::size_t cached_bytes() const { return files_.bytes() + jit_.bytes(); }

 private:
  Frame resolve_anew(pid_t pid, std::uint64_t address);
  const FileSymbols* symbols_of(pid_t pid, ProcessCode& process, const CodeMapping& mapping);
  const FileSymbols* load(pid_t pid, MappedFile file, const std::string& path);
  const FileSymbols& vdso();

  ProcFs proc_;
  AddressSpaces& spaces_;
  SymbolLimits limits_;
  SymbolProblems problems_;
  ReadBudget budget_;
  JitSymbols jit_;
  BoundedCache<FileIdentity, FileSymbols> files_;
  std::optional<FileSymbols> vdso_;
  // For processes that end before their files are opened: others had them mapped, too.
  std::map<MapsIdentity, FileIdentity> opened_;

  // Of this window.
  std::map<std::pair<pid_t, std::uint64_t>, Frame> frames_;
  std::map<FileIdentity, int> loads_;

  RootFolder debug_folder_;
};

const Frame& Symbolizer::State::resolve(pid_t pid, std::uint64_t address) {
  if (frames_.size() >= kMostRemembered) frames_.clear();
  const auto found = frames_.find({pid, address});
  if (found != frames_.end()) return found->second;
  return frames_.emplace(std::pair(pid, address), resolve_anew(pid, address)).first->second;
}

Frame Symbolizer::State::resolve_anew(pid_t pid, std::uint64_t address) {
  ProcessCode& process = spaces_.of(pid);
  if (process.truncated)
    problems_.add("process " + std::to_string(pid), "has more mappings than are read");
  Frame frame = process.space.resolve(address);
  const CodeMapping* mapping = process.space.find(address);
  if (mapping == nullptr) return frame;
  if (mapping->is_jit) {
    frame.symbol = jit_.name_of(pid, address).substr(0, kLongestSymbol);
    if (!frame.symbol.empty()) frame.offset = 0;
  } else if (frame.module == kVdso) {
    // A 32-bit process has another one.
    if (mapping->start >= kEnd32Bit) vdso().resolve(frame.offset, frame);
  } else if (mapping->inode != 0) {
    const FileSymbols* symbols = symbols_of(pid, process, *mapping);
    if (symbols != nullptr) symbols->resolve(frame.offset, frame);
  }
  return frame;
}

// Null: no names, and a problem says why.
const FileSymbols* Symbolizer::State::symbols_of(pid_t pid, ProcessCode& process,
                                                 const CodeMapping& mapping) {
  const auto known = process.files.find(mapping.start);
  if (known != process.files.end()) {
    if (const FileSymbols* symbols = files_.find(known->second)) return symbols;
  }
  const std::string& path = process.space.path_of(mapping);
  const MapsIdentity maps_identity{mapping.device, mapping.inode, path};
  auto file = open_mapped_file(proc_, pid, mapping, path);
  if (!file) {
    const int error = errno;
    const auto opened = opened_.find(maps_identity);
    const FileSymbols* symbols = opened == opened_.end() ? nullptr : files_.find(opened->second);
    if (symbols == nullptr) {
      problems_.add(path, std::string("cannot be opened: ") + std::strerror(error));
    }
    return symbols;
  }
  process.files[mapping.start] = file->identity;
  opened_[maps_identity] = file->identity;
  const FileSymbols* symbols = files_.find(file->identity);
  return symbols != nullptr ? symbols : load(pid, std::move(*file), path);
}

const FileSymbols* Symbolizer::State::load(pid_t pid, MappedFile file, const std::string& path) {
  if (loads_[file.identity]++ >= kMostLoads) {
    problems_.add(path, "does not fit into the memory for symbols beside the other files");
    return nullptr;
  }
  const auto elf = ElfFile::open(std::move(file.fd));
  if (!elf) {
    problems_.add(path, "is no 64-bit little-endian ELF file");
    return &files_.add(file.identity, FileSymbols(), sizeof(FileSymbols));
  }
  const RootFolder root(proc_.path(pid, "root"));
  const DebugFolders folders{
      [&](const std::string& name) { return root.open_file(name); },
      [&](const std::string& name) { return debug_folder_.open_file(name); }};
  auto symbols = FileSymbols::read(*elf, path_in_root(proc_, pid, path),
                                   {folders, limits_, budget_, problems_});
  if (!symbols) {
    problems_.add(path, "was left for later: too much to read at once");
    return nullptr;
  }
  const std::size_t bytes = symbols->bytes();
  return &files_.add(file.identity, std::move(*symbols), bytes);
}

const FileSymbols& Symbolizer::State::vdso() {
  if (!vdso_) {
    const auto elf = ElfFile::open(memory_file(vdso_image()));
    ReadBudget budget(limits_.read_bytes_per_window);  // it is small, and read only once
    if (elf) vdso_ = FileSymbols::read(*elf, std::string(kVdso), {{}, limits_, budget, problems_});
    if (!vdso_) vdso_.emplace();
  }
  return *vdso_;
}

void Symbolizer::State::forget_frames() {
  if (opened_.size() > kMostFiles) opened_.clear();
  jit_.forget();
  frames_.clear();
  loads_.clear();
  budget_.refill();
}

Symbolizer::Symbolizer(HostRoots roots, AddressSpaces& spaces, SymbolLimits limits)
    : state_(std::make_unique<State>(std::move(roots), spaces, std::move(limits))) {}
Symbolizer::~Symbolizer() = default;
Symbolizer::Symbolizer(Symbolizer&&) noexcept = default;
Symbolizer& Symbolizer::operator=(Symbolizer&&) noexcept = default;

Frame Symbolizer::resolve(pid_t pid, std::uint64_t address) {
  return state_->resolve(pid, address);
}
void Symbolizer::forget_frames() { state_->forget_frames(); }
std::vector<SymbolProblem> Symbolizer::problems() const { return state_->problems().all(); }
std::size_t Symbolizer::cached_bytes() const { return state_->cached_bytes(); }

}  // namespace boundscope
