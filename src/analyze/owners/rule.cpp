#include "analyze/owners/rule.h"

#include <algorithm>
#include <array>

#include "analyze/owners/glob.h"

namespace boundscope {
namespace {

// A name as target/symbols/python_names.h spells them: a method that is called by its name, as
// opposed to what the interpreter calls for an operator.
bool is_method(std::string_view symbol, std::string_view type_glob) {
  constexpr std::string_view kPython = "py:";
  constexpr std::array<std::string_view, 7> kSlots{"tp_", "nb_", "sq_", "mp_", "am_", "bf_", "__"};
  const std::size_t dot = symbol.rfind('.');
  if (!symbol.starts_with(kPython) || dot == std::string_view::npos) return false;
  const std::string_view name = symbol.substr(dot + 1);
  const bool is_slot = std::any_of(kSlots.begin(), kSlots.end(),
                                   [&](std::string_view slot) { return name.starts_with(slot); });
  return !is_slot && glob_fits(type_glob, symbol.substr(kPython.size(), dot - kPython.size()));
}

}  // namespace

bool SymbolPattern::fits(const Frame& frame, std::string_view symbol) const {
  switch (kind) {
    case Kind::any:
      return true;
    case Kind::named:
      return !symbol.empty() && glob_fits(glob, symbol);
    case Kind::unnamed:
      return symbol.empty();
    case Kind::after:
      return symbol.empty() && !frame.previous.empty() && glob_fits(glob, frame.previous);
    case Kind::before:
      return symbol.empty() && !frame.next.empty() && glob_fits(glob, frame.next);
    case Kind::method:
      return is_method(symbol, glob);
  }
  return false;
}

std::string_view plain_symbol(std::string_view symbol) {
  constexpr std::array<std::string_view, 7> kSuffixes{
      ".cold", ".part.", ".isra.", ".constprop.", ".lto_priv.", ".llvm.", " [clone "};
  std::size_t end = symbol.size();
  for (const std::string_view suffix : kSuffixes) end = std::min(end, symbol.find(suffix));
  return end == 0 ? symbol : symbol.substr(0, end);
}

}  // namespace boundscope
