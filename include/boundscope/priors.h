// Priors: what is known about languages before the service was looked at (docs/rewrite.md,
// "Priors"). A plain table, so that a reader can disagree with a cell and put another in its place.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "boundscope/result.h"

namespace boundscope {

// What a cell is about. All but room, base and request are gains:
// cost in `from` / cost in `to`.
enum class PriorKind {
  code,            // CPU time of code in the language itself
  runtime,         // CPU time of the language's runtime: scheduling, dispatch, frames
  builtin,         // CPU time of what the runtime has in native code: json, regex, sort
  primitive,       // same, called for single values: math, min, dates, numbers as text
  gc,              // CPU time of collecting and allocating
  stops,           // time for which the runtime stops the program
  library,         // CPU time of native libraries: zlib, TLS, image and number crunching
  jitter,          // p99: what a program of the language adds by itself, beside all that
  kernel,          // CPU time in the kernel, which a rewrite asks in another way
  implementation,  // everything: one programmer's program against another's
  rss,             // resident memory beyond that of an empty process
  objects,         // the same live data
  room,            // heap held / live data, of `to` as it comes
  base,            // MiB of a process that serves but holds no data, of `to`
  jit,             // CPU time of the same code under a compiling runtime of the same language
  request,         // CPU microseconds of a request to a server that does next to nothing, of `to`
};
inline constexpr std::size_t kPriorKinds = 16;

struct Quantiles {
  double p10 = 1, p50 = 1, p90 = 1;
};

struct Prior {
  PriorKind kind = PriorKind::code;
  std::string from, to;  // languages; "*" is any
  Quantiles quantiles;
  unsigned n = 0;        // measurements behind it; 0: none
  std::string evidence;  // "measured" "elicited" "mixed"
  std::string date;      // YYYY-MM
  std::string sources;
  std::string file;  // "built-in" or the file's name
};

struct Priors {
  std::vector<Prior> cells;  // later ones win

  // The cell for the pair: exact before "* to" before "from *" before "* *". Null: none.
  const Prior* find(PriorKind kind, std::string_view from, std::string_view to) const;
  // Languages that something is known about as a target, sorted.
  std::vector<std::string> targets() const;
};

// The table of src/analyze/priors/priors.tsv as the program was built with it.
const Priors& built_in_priors();

// The built-in table with the cells of `text` in their places. Errors name `file` and the line.
Result<Priors> with_priors(std::string_view text, const std::string& file);

std::string_view to_string(PriorKind value);

}  // namespace boundscope
