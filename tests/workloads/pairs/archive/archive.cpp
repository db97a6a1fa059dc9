// The same as archive.py, with the same zlib.
#include <zlib.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "serve.h"

using namespace boundscope::workload;

namespace {

constexpr int kLevel = 9;

std::string compressed(std::string_view body) {
  uLongf size = compressBound(body.size());
  std::string result(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(result.data()), &size,
                reinterpret_cast<const Bytef*>(body.data()), body.size(), kLevel) != Z_OK) {
    std::fputs("archive: compress2 failed\n", stderr);
    std::exit(1);
  }
  result.resize(size);
  return result;
}

}  // namespace

int main(int argc, char** argv) { serve(Arguments(argc, argv), compressed); }
