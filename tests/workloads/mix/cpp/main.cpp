// mix_cpp burns CPU time in sections of known shares and says what each has used (../README.md).
//
// zlib and hash are shared libraries; json and regex are templates, compiled into the program as
// its own code; alloc is glibc's malloc.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "sections.h"

namespace mix {
namespace {

constexpr double kSliceS = 0.004;
constexpr double kReportS = 1;

double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

struct Section {
  std::string name;
  double share = 0;
  std::function<void()> work;
  double spent_s = 0;
};

// "NAME=WEIGHT,..."; empty if it names no section of ours.
std::vector<Section> parse_shares(const std::string& text) {
  const auto known = all_sections();
  std::vector<Section> sections;
  double total = 0;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) {
    const std::string name = part.substr(0, part.find('='));
    if (!known.contains(name) || name.size() == part.size()) return {};
    const double weight = std::atof(part.c_str() + name.size() + 1);
    sections.push_back({name, weight, known.at(name)});
    total += weight;
  }
  for (Section& section : sections) section.share /= total;
  return sections;
}

void report(const std::vector<Section>& sections) {
  nlohmann::json line = {{"at", seconds_of(CLOCK_REALTIME)},
                         {"cpu_s", seconds_of(CLOCK_PROCESS_CPUTIME_ID)}};
  for (const Section& section : sections) line["sections"][section.name] = section.spent_s;
  std::printf("%s\n", line.dump().c_str());
  std::fflush(stdout);
}

// The section that is furthest behind its share.
Section& next_of(std::vector<Section>& sections) {
  double total = 0;
  for (const Section& section : sections) total += section.spent_s;
  Section* next = &sections.front();
  double most = 0;
  for (Section& section : sections) {
    const double behind = section.share * total - section.spent_s;
    if (behind > most) {
      most = behind;
      next = &section;
    }
  }
  return *next;
}

void burn(std::vector<Section>& sections, double seconds) {
  const double end = seconds_of(CLOCK_MONOTONIC) + seconds;
  double next_report = 0;
  double last = seconds_of(CLOCK_THREAD_CPUTIME_ID);
  for (double now = 0; (now = seconds_of(CLOCK_MONOTONIC)) < end;) {
    if (now >= next_report) {
      report(sections);
      next_report = now + kReportS;
    }
    Section& section = next_of(sections);
    double used = 0;
    while (used < kSliceS) {
      section.work();
      used = seconds_of(CLOCK_THREAD_CPUTIME_ID) - last;
    }
    section.spent_s += used;
    last += used;
  }
  report(sections);
}

}  // namespace
}  // namespace mix

int main(int argc, char** argv) {
  std::map<std::string, std::string> options = {{"--seconds", "10"}, {"--shares", "language=1"}};
  for (int i = 1; i + 1 < argc; i += 2) options[argv[i]] = argv[i + 1];
  auto sections = mix::parse_shares(options["--shares"]);
  if (sections.empty()) {
    std::fprintf(stderr, "usage: mix_cpp [--seconds S] [--shares NAME=WEIGHT,...]\n");
    return 2;
  }
  mix::burn(sections, std::atof(options["--seconds"].c_str()));
  return 0;
}
