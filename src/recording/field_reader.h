// Walks fields() and fills a structure from one JSON object of a line.
//
// A member that is missing leaves the default; one that nobody asks for is ignored. The first
// member of the wrong type or range is remembered in `problem`, with its path, and ends the walk's
// effect.
#pragma once

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "recording/fields.h"
#include "recording/names.h"

namespace boundscope {

class FieldReader {
 public:
  FieldReader(const nlohmann::json& object, std::string path, std::string& problem)
      : object_(object), path_(std::move(path)), problem_(problem) {
    if (!object_.is_object()) fail(path_, "must be an object");
  }

  template <class T>
  void operator()(const char* name, T& value) {
    if (!problem_.empty()) return;
    const auto member = object_.find(name);
    if (member == object_.end() || member->is_null()) return;
    read(path_.empty() ? name : path_ + "." + name, *member, value);
  }

 private:
  using Json = nlohmann::json;

  void fail(const std::string& path, const std::string& what) {
    if (problem_.empty()) problem_ = (path.empty() ? "the line" : "\"" + path + "\"") + " " + what;
  }

  void read(const std::string& path, const Json& json, bool& value) {
    if (!json.is_boolean()) return fail(path, "must be true or false");
    value = json.get<bool>();
  }

  void read(const std::string& path, const Json& json, double& value) {
    if (!json.is_number()) return fail(path, "must be a number");
    value = json.get<double>();
    if (!(value >= 0)) fail(path, "must not be negative");
  }

  void read(const std::string& path, const Json& json, std::string& value) {
    if (!json.is_string()) return fail(path, "must be a string");
    value = json.get<std::string>();
  }

  template <std::integral T>
  void read(const std::string& path, const Json& json, T& value) {
    if (!json.is_number_unsigned()) return fail(path, "must be a whole number, not negative");
    const auto wide = json.get<std::uint64_t>();
    if (wide > static_cast<std::uint64_t>(std::numeric_limits<T>::max()))
      return fail(path, "is too large");
    value = static_cast<T>(wide);
  }

  template <class T>
  void read(const std::string& path, const Json& json, std::optional<T>& value) {
    read(path, json, value.emplace());
  }

  // What a name stands for that a newer minor version may have added; empty: it is damage.
  template <class T>
  static std::optional<T> for_unknown() {
    if constexpr (std::same_as<T, WaitClass>) return WaitClass::other;
    if constexpr (std::same_as<T, Runtime>) return Runtime::unknown;
    return std::nullopt;
  }

  template <class T>
  requires std::is_enum_v<T>
  void read(const std::string& path, const Json& json, T& value) {
    std::string name;
    read(path, json, name);
    if (!problem_.empty()) return;
    const auto known = from_name<T>(name);
    const std::optional<T> taken = known ? known : for_unknown<T>();
    if (taken) {
      value = *taken;
    } else {
      fail(path, "has an unknown value");
    }
  }

  template <class T>
  void read(const std::string& path, const Json& json, std::vector<T>& rows) {
    if (!json.is_array()) return fail(path, "must be a list");
    rows.reserve(json.size());
    for (std::size_t i = 0; i < json.size() && problem_.empty(); ++i)
      read(path + "[" + std::to_string(i) + "]", json[i], rows.emplace_back());
  }

  // Values by the name of a wait class or activity. What a newer writer calls by a name that we do
  // not know is time all the same: it counts as `other` where there is such a class.
  template <class T, std::size_t size>
  void read(const std::string& path, const Json& json, std::array<T, size>& values) {
    using Enum = std::conditional_t<size == kWaitClasses, WaitClass, Activity>;
    if (!json.is_object()) return fail(path, "must be an object");
    for (const auto& [name, member] : json.items()) {
      if (!problem_.empty()) return;
      T value{};
      read(path + "." + name, member, value);
      const auto key = from_name<Enum>(name);
      if constexpr (std::same_as<Enum, WaitClass>) {
        values[static_cast<std::size_t>(key.value_or(WaitClass::other))] += value;
      } else if (key) {
        values[static_cast<std::size_t>(*key)] = value;
      }
    }
  }

  template <class T>
  requires std::is_class_v<T>
  void read(const std::string& path, const Json& json, T& value) {
    FieldReader reader(json, path, problem_);
    if (problem_.empty()) fields(reader, value);
  }

  const Json& object_;
  std::string path_;
  std::string& problem_;
};

}  // namespace boundscope
