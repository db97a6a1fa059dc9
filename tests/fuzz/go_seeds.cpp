// Writes a tiny Go program in the layout of each version into a folder.
#include <cstdio>
#include <fstream>
#include <string>

#include "unit/target/go_program.h"

using boundscope::test::GoProgram;

namespace {

struct Layout {
  GoProgram::Version version;
  const char* name;
};
constexpr Layout kLayouts[] = {{GoProgram::Version::go1_2, "go1.2"},
                               {GoProgram::Version::go1_16, "go1.16"},
                               {GoProgram::Version::go1_18, "go1.18"},
                               {GoProgram::Version::go1_20, "go1.20"},
                               {GoProgram::Version::go1_26, "go1.26"}};

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: go_seeds FOLDER\n");
    return 2;
  }
  for (const Layout& layout : kLayouts) {
    for (const bool position_independent : {false, true}) {
      for (const bool section_headers : {false, true}) {
        GoProgram program;
        program.version = layout.version;
        program.position_independent = position_independent;
        program.section_headers = section_headers;
        const std::string path = std::string(arguments[1]) + "/" + layout.name +
                                 (position_independent ? "-pie" : "") +
                                 (section_headers ? "" : "-bare");
        std::ofstream(path, std::ios::binary) << program.bytes();
      }
    }
  }
  return 0;
}
