// Report: the answer in words and in JSON. Decides nothing.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "boundscope/analysis.h"
#include "boundscope/collector.h"
#include "boundscope/recording.h"
#include "boundscope/roi.h"

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

// One service of `boundscope roi`.
struct ServiceReturn {
  std::string name;
  std::string file;
  Recording recording;  // its windows are not looked at
  Analysis analysis;
  Costs costs;
  Return result;
};
struct ReturnReport {
  std::string currency;  // empty: none is named
  std::vector<ServiceReturn> services;
};

// A ranking of several services on one screen, or everything about one; with style.verbose
// everything about all.
void write_returns(std::ostream& out, const ReturnReport& report, const TextStyle& style = {});

// Schema 1 of docs/roi.md.
void write_returns_json(std::ostream& out, const ReturnReport& report);

void write_host_checks(std::ostream& out, const std::vector<HostCheck>& checks,
                       const TextStyle& style = {});

}  // namespace boundscope
