// Profiles of recordings of any content, in every format.
#include <nlohmann/json.hpp>
#include <sstream>

#include "boundscope/profile.h"
#include "fuzz/require.h"
#include "report/folded.h"
#include "report/pprof.h"
#include "report/speedscope.h"

using namespace boundscope;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  const Result<Recording> recording = read_recording(in);
  if (!recording) return 0;
  const Profile profile = make_profile(*recording);

  std::ostringstream folded;
  write_folded(folded, *recording, profile);
  fuzz::require(!fuzz::drives_terminal(folded.str()), "no control byte is in a folded stack");
  std::ostringstream speedscope;
  write_speedscope(speedscope, *recording, profile);
  fuzz::require(nlohmann::json::accept(speedscope.str()), "a speedscope profile is JSON");
  std::ostringstream pprof;
  write_pprof(pprof, *recording, profile);
  fuzz::require(pprof.str().starts_with("\x1f\x8b"), "a pprof profile is compressed");
  return 0;
}
