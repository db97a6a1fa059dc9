#include "cli/prediction.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "cli/suggest.h"

namespace boundscope {
namespace {

constexpr std::size_t kMostBytes = 4 * 1024 * 1024;  // more is no table of priors

constexpr std::array kAliases{
    std::pair{"golang", "go"},         std::pair{"cpp", "c++"},
    std::pair{"cxx", "c++"},           std::pair{"csharp", "c#"},
    std::pair{"dotnet", "c#"},         std::pair{".net", "c#"},
    std::pair{"js", "javascript"},     std::pair{"node", "javascript"},
    std::pair{"nodejs", "javascript"}, std::pair{"typescript", "javascript"},
    std::pair{"ts", "javascript"},     std::pair{"jvm", "java"},
    std::pair{"kotlin", "java"},       std::pair{"scala", "java"},
    std::pair{"elixir", "erlang"},     std::pair{"rs", "rust"}};

Result<std::string> text_of_file(const std::string& path) {
  const auto failed = [&](const std::string& why) {
    return Error{ErrorKind::environment, "could not read the priors " + path + ": " + why,
                 "give --priors the file of a table as docs/rewrite.md describes it"};
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) return failed("it is a directory");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) return failed(std::strerror(errno));
  std::string text;
  for (char c = 0; text.size() <= kMostBytes && file.get(c);) text.push_back(c);
  if (text.size() > kMostBytes) return failed("it is larger than 4 MiB");
  return text;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::string language_named(const std::string& typed) {
  std::string name = typed;
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto alias = std::find_if(kAliases.begin(), kAliases.end(),
                                  [&](const auto& entry) { return name == entry.first; });
  return alias == kAliases.end() ? name : alias->second;
}

Result<Prediction> prediction_of(const Options& options) {
  Prediction prediction;
  if (!options.priors.empty()) {
    const Result<std::string> text = text_of_file(options.priors);
    if (!text) return text.error();
    Result<Priors> priors = with_priors(*text, options.priors);
    if (!priors) return priors.error();
    prediction.priors = *std::move(priors);
  }
  const std::vector<std::string> known =
      (prediction.priors ? *prediction.priors : built_in_priors()).targets();
  for (const std::string& typed : options.to) {
    const std::string name = language_named(typed);
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      const std::string meant = closest_to(name, known);
      return Error{ErrorKind::usage, "nothing is known about a rewrite in \"" + typed + "\"",
                   meant.empty()
                       ? "the languages are: " + listed(known) + "; --priors FILE adds others"
                       : "did you mean '" + meant + "'?"};
    }
    if (std::find(prediction.to.begin(), prediction.to.end(), name) == prediction.to.end()) {
      prediction.to.push_back(name);
    }
  }
  return prediction;
}

}  // namespace boundscope
