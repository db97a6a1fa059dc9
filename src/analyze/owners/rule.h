// Rule: one line of an owner table (docs/owners.md, "Tables").
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "boundscope/analysis.h"
#include "boundscope/recording.h"

namespace boundscope {

// Which frames of a stack a rule looks at.
enum class Where : std::uint8_t {
  leaf,      // the innermost frame
  caller,    // the innermost frame or the one that called it
  inner,     // the innermost frame, or any up to the innermost `loop`
  stack,     // any frame of user space
  through,   // the innermost frame, which then counts as part of its caller
  loop,      // decides nothing: an interpreter's loop, from where the language calls
  profiler,  // any kernel frame: wherever it appears, we are the cause
  skid,      // the innermost kernel frame of a shallow kernel stack: the sample is user space's
  kernel,    // a kernel frame that tells what the kernel was asked for; the outermost decides
  vague,     // a kernel frame that tells something, used where no `kernel` rule fits
  root,      // decides nothing: a frame where threads start
  heap,      // decides nothing: a frame where threads wait for room in the heap
};

// Alternatives of the symbol column.
struct SymbolPattern {
  enum class Kind : std::uint8_t { any, named, unnamed, after, before, method };
  Kind kind = Kind::any;
  std::string_view glob;  // of the symbol (named), of its neighbour (after, before), of its type

  bool fits(const Frame& frame, std::string_view symbol) const;
};

struct Rule {
  Where where = Where::leaf;
  std::vector<std::string_view> modules;
  std::vector<SymbolPattern> symbols;
  std::vector<std::string_view> threads;  // globs of thread names
  CpuOwner owner = CpuOwner::unknown;
  std::string_view name;
  bool is_work = true;
  bool is_barrier = false;
  int line = 0;  // in its table
};

// A function's name without what compilers append to the parts they split it into: ".cold",
// ".part.0", ".isra.0", ".constprop.0", ".lto_priv.0", ".llvm.123", " [clone ...]".
std::string_view plain_symbol(std::string_view symbol);

}  // namespace boundscope
