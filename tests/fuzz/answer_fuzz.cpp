// Answers about recordings of any content: what can be read can be analysed and reported.
#include <nlohmann/json.hpp>
#include <sstream>

#include "boundscope/report.h"
#include "fuzz/require.h"

using namespace boundscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  const Result<Recording> recording = read_recording(in);
  if (!recording) {
    fuzz::require(!recording.error().message.empty(), "an error says why");
    return 0;
  }
  const Analysis analysis = analyze(*recording);

  std::ostringstream text;
  write_text(text, *recording, analysis, {.color = false, .verbose = true});
  fuzz::require(!fuzz::drives_terminal(text.str()), "no control byte reaches the terminal");
  std::ostringstream json;
  write_json(json, *recording, analysis);
  fuzz::require(nlohmann::json::accept(json.str()), "the report is JSON");
  return 0;
}
