// Report: the answer in words and in JSON. Decides nothing.
#pragma once

#include <iosfwd>

#include "boundscope/analysis.h"
#include "boundscope/collector.h"
#include "boundscope/recording.h"

namespace boundscope {

struct TextStyle {
  bool color = false;    // ANSI colours; the caller has looked at NO_COLOR and the terminal
  bool verbose = false;  // every row, every caveat
};

// One screen of 80 columns: verdict, where a request's time goes, what the CPU time is, what a
// rewrite could change, caveats. Names from the target are escaped: no control byte reaches the
// terminal.
void write_text(std::ostream& out, const Recording& recording, const Analysis& analysis,
                const TextStyle& style = {});

// Schema 1 of DESIGN.md section 5; valid UTF-8 and no NaN whatever the target called itself.
void write_json(std::ostream& out, const Recording& recording, const Analysis& analysis);

void write_host_checks(std::ostream& out, const std::vector<HostCheck>& checks,
                       const TextStyle& style = {});

}  // namespace boundscope
