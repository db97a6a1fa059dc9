#include "target/runtime_vendor.h"

#include "target/text.h"

namespace boundscope {
namespace {

struct PlaceOf {
  std::string_view part;  // of the path
  std::string_view vendor;
};

constexpr PlaceOf kPlaces[] = {
    {"pyenv/versions/", "pyenv"},
    {"/.rbenv/versions/", "rbenv"},
    {"/rbenv/versions/", "rbenv"},
    {"/.rvm/", "rvm"},
    {"/rvm/rubies/", "rvm"},
    {"/.nvm/", "nvm"},
    {"/nvm/versions/", "nvm"},
    {"/.phpbrew/", "phpbrew"},
    {"/asdf/installs/", "asdf"},
    {"/.asdf/", "asdf"},
    {"/mise/installs/", "mise"},
    {"conda/", "conda"},
    {"conda3/", "conda"},
    {"/miniforge3/", "conda"},
    {"/mambaforge/", "conda"},
    {"/uv/python/", "python-build-standalone"},
    {"/nix/store/", "Nix"},
    {"/linuxbrew/", "Homebrew"},
    {"/snap/", "snap"},
    {"/usr/share/dotnet/", "Microsoft"},
};

constexpr std::string_view kDistributionFolders[] = {"/usr/", "/bin/", "/sbin/", "/lib"};
constexpr std::size_t kLongestName = 64;

}  // namespace

std::string distribution_name(std::string_view os_release) {
  while (!os_release.empty()) {
    std::string_view line = take_until(os_release, '\n');
    constexpr std::string_view kName = "NAME=";
    if (!line.starts_with(kName)) continue;
    line.remove_prefix(kName.size());
    if (line.size() >= 2 && line.front() == '"' && line.back() == '"') {
      line = line.substr(1, line.size() - 2);
    }
    line = line.substr(0, line.find(" GNU/Linux"));
    return printable(line.substr(0, kLongestName));
  }
  return "";
}

std::string_view vendor_by_place(std::string_view path) {
  for (const PlaceOf& place : kPlaces) {
    if (path.find(place.part) != std::string_view::npos) return place.vendor;
  }
  return {};
}

std::string vendor_by_distribution(std::string_view path, const ProcessRoot& root) {
  if (path.starts_with("/usr/local/")) return "";  // whoever built it here or in the image
  for (const std::string_view folder : kDistributionFolders) {
    if (!path.starts_with(folder)) continue;
    std::string text = root.read("/etc/os-release");
    if (text.empty()) text = root.read("/usr/lib/os-release");
    return distribution_name(text);
  }
  return "";
}

}  // namespace boundscope
