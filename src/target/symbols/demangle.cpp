#include "target/symbols/demangle.h"

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>
#include <optional>

#define HAVE_DECL_BASENAME 1  // or libiberty declares its own, which contradicts <cstring>
#include <libiberty/demangle.h>

namespace boundscope {
namespace {

constexpr std::size_t kLongestMangled = 1024;  // as libiberty has it for C++

// What a demangler has printed so far. It cannot be told to stop, so we leave it by longjmp: its C
// frames own nothing at the moment of a callback, but for the one string it is printing. That one
// is freed before the next callback, which is why we leave at the first one that finds it full.
struct Output {
  std::array<char, kLongestSymbol> bytes;
  std::size_t size;
  std::jmp_buf stop;
};

void append(const char* text, std::size_t size, void* opaque) {
  auto& output = *static_cast<Output*>(opaque);
  if (size == 0) return;  // then `text` may be null
  if (output.size == output.bytes.size()) std::longjmp(output.stop, 1);
  const std::size_t room = std::min(size, output.bytes.size() - output.size);
  std::memcpy(output.bytes.data() + output.size, text, room);
  output.size += room;
}

using Demangler = int (*)(const char*, int, demangle_callbackref, void*);

// Holds nothing that a longjmp would skip the destructor of. False: not a name of that language.
bool run(Demangler demangler, const char* name, Output& output) {
  output.size = 0;
  if (setjmp(output.stop) != 0) return true;
  return demangler(name, DMGL_NO_OPTS, append, &output) != 0 && output.size > 0;
}

std::optional<std::string> demangle_with(Demangler demangler, const std::string& name) {
  Output output;
  if (!run(demangler, name.c_str(), output)) return std::nullopt;
  return std::string(output.bytes.data(), output.size);
}

// What is left of a name that the demangler finds too long: "_ZN2v88internal4HeapI..." is
// "v8::internal::Heap<...>".
std::optional<std::string> leading_scopes(std::string_view name) {
  if (!name.starts_with("_ZN")) return std::nullopt;
  name.remove_prefix(std::min(name.find_first_not_of("rVKRO", 3), name.size()));
  std::string scopes;
  while (!name.empty() && name.front() >= '1' && name.front() <= '9') {
    std::size_t length = 0;
    while (!name.empty() && name.front() >= '0' && name.front() <= '9' && length < name.size()) {
      length = length * 10 + static_cast<std::size_t>(name.front() - '0');
      name.remove_prefix(1);
    }
    if (length > name.size()) break;
    if (!scopes.empty()) scopes += "::";
    scopes += name.substr(0, length);
    name.remove_prefix(length);
  }
  if (scopes.empty()) return std::nullopt;
  return scopes + "<...>";
}

// "::h0123456789abcdef" at the end of a Rust name that came through the C++ demangler.
void remove_rust_hash(std::string& name) {
  constexpr std::size_t kHash = 3 + 16;
  if (name.size() <= kHash) return;
  const std::string_view tail = std::string_view(name).substr(name.size() - kHash);
  const bool is_hash = tail.starts_with("::h") &&
                       tail.find_first_not_of("0123456789abcdef", 3) == std::string_view::npos;
  if (is_hash) name.resize(name.size() - kHash);
}

std::optional<std::string> demangle_whole(std::string_view mangled) {
  if (mangled.size() > kLongestMangled) return std::nullopt;
  const std::string name(mangled);
  if (auto rust = demangle_with(rust_demangle_callback, name)) return rust;
  if (!name.starts_with("_Z")) return std::nullopt;
  auto text = demangle_with(cplus_demangle_v3_callback, name);
  if (text) remove_rust_hash(*text);
  return text;
}

}  // namespace

std::string demangle(std::string_view name) {
  if (name.starts_with("_Z") || name.starts_with("_R")) {
    auto text = demangle_whole(name);
    // Compilers append to the name of a piece of a function: ".cold", ".llvm.123".
    const auto end = name.rfind("E.");
    if (!text && end != std::string_view::npos) text = demangle_whole(name.substr(0, end + 1));
    if (!text) text = leading_scopes(name);
    if (text) return text->substr(0, kLongestSymbol);
  }
  return std::string(name.substr(0, kLongestSymbol));
}

}  // namespace boundscope
