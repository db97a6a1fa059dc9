#include "cli/roi.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "boundscope/report.h"
#include "cli/answer.h"
#include "cli/streams.h"
#include "cli/suggest.h"

namespace boundscope {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxCostBytes = 2 << 20;  // the parser takes less, and says so

// "payments" of "a/payments.rec.gz"; a leading dot is no ending.
std::string stem_of(const std::string& path) {
  const std::string name = fs::path(path).filename().string();
  return name.substr(0, name.find('.', 1));
}

// "payments" of "a/payments/recording.jsonl".
std::string folder_of(const std::string& path) {
  return fs::path(path).lexically_normal().parent_path().filename().string();
}

bool is_once(const std::vector<std::string>& names, const std::string& name) {
  return !name.empty() && std::count(names.begin(), names.end(), name) == 1;
}

Result<CostFile> read_costs(const std::string& path) {
  std::error_code ignored;
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file || fs::is_directory(path, ignored))
    return Error{ErrorKind::environment,
                 "could not read the costs of " + path + ": " +
                     (file ? "it is a directory" : std::strerror(errno)),
                 "name a file of costs; 'boundscope roi --example > costs.ini' makes one"};
  std::string text(kMaxCostBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return parse_cost_file(text, path);
}

// A section for no recording is a slip of the pen: its costs would silently not count.
Result<> check_sections(const CostFile& file, const std::vector<std::string>& services) {
  for (const CostSection& section : file.sections) {
    if (section.service.empty() ||
        std::find(services.begin(), services.end(), section.service) != services.end())
      continue;
    const std::string meant = closest_to(section.service, services);
    return Error{
        section.place.kind,
        fmt::format("{}: no recording is named \"{}\"", section.place.text, section.service),
        meant.empty() ? fmt::format("the recordings are: {}", fmt::join(services, ", "))
                      : "did you mean [" + meant + "]?"};
  }
  return Done{};
}

Result<ServiceReturn> answer_for(const std::string& name, const std::string& path,
                                 RecordingFile& recording, const CostFile& file,
                                 const Costs& typed) {
  const Result<Costs> costs = costs_of(name, file, typed);
  if (!costs) return costs.error();
  Result<Measurement> measured = recording.read();
  if (!measured) return measured.error();
  ServiceReturn service;
  service.name = name;
  service.file = path;
  service.recording = std::move(measured->recording);
  service.analysis = analyze(service.recording);
  service.costs = *costs;
  service.result = return_of(service.recording, service.analysis, service.costs);
  // They are large, and the report needs none of them.
  service.recording.windows.clear();
  return service;
}

Result<> check_files(const Options& options) {
  const std::vector<std::string>& paths = options.roi.recordings;
  for (auto path = paths.begin(); path != paths.end(); ++path) {
    if (std::find(paths.begin(), path, *path) != path)
      return Error{ErrorKind::usage, *path + " is given twice", "name each recording once"};
    std::error_code ignored;
    if (!options.output.empty() && fs::equivalent(options.output, *path, ignored))
      return Error{ErrorKind::usage, *path + " is a recording and would be overwritten",
                   "give another file to -o"};
  }
  return Done{};
}

}  // namespace

std::vector<std::string> service_names(const std::vector<std::string>& paths) {
  std::vector<std::string> stems;
  std::vector<std::string> folders;
  for (const std::string& path : paths) {
    stems.push_back(stem_of(path));
    folders.push_back(folder_of(path));
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const bool says_nothing = stems[i] == "recording" && !folders[i].empty();
    if (!says_nothing && is_once(stems, stems[i]))
      names.push_back(stems[i]);
    else
      names.push_back(is_once(folders, folders[i]) ? folders[i] : paths[i]);
  }
  return names;
}

Result<> print_returns(const Options& options) {
  if (const Result<> possible = check_files(options); !possible) return possible;
  CostFile file;
  if (!options.roi.costs_file.empty()) {
    Result<CostFile> read = read_costs(options.roi.costs_file);
    if (!read) return read.error();
    file = *std::move(read);
  }
  const std::vector<std::string> names = service_names(options.roi.recordings);
  if (const Result<> known = check_sections(file, names); !known) return known;

  std::vector<RecordingFile> recordings;
  for (const std::string& path : options.roi.recordings) {
    Result<RecordingFile> recording = RecordingFile::open(path);
    if (!recording) return recording.error();
    recordings.push_back(*std::move(recording));
  }
  const Result<AnswerFile> answer = open_answer(options);
  if (!answer) return answer.error();
  confine_to_open_files();

  ReturnReport report;
  report.currency = options.roi.typed.currency.empty() ? file.currency : options.roi.typed.currency;
  for (std::size_t i = 0; i < names.size(); ++i) {
    Result<ServiceReturn> service = answer_for(names[i], options.roi.recordings[i], recordings[i],
                                               file, options.roi.typed.sections.front().costs);
    if (!service) return service.error();
    report.services.push_back(*std::move(service));
  }
  TextStyle style = stdout_style(options.verbose);
  style.color = style.color && options.output.empty();
  return deliver(*answer, [&](std::ostream& out) {
    if (options.format == Format::json)
      write_returns_json(out, report);
    else
      write_returns(out, report, style);
  });
}

}  // namespace boundscope
