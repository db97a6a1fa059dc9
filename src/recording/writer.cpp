#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <ostream>

#include "recording/fields.h"
#include "recording/names.h"

namespace boundscope {
namespace {

using Json = nlohmann::ordered_json;

enum class Zeros { keep, omit };

template <class T>
Json object_of(const T& value, Zeros zeros);

// Walks fields() and turns what it meets into one JSON object.
class FieldWriter {
 public:
  explicit FieldWriter(Zeros zeros) : zeros_(zeros) {}

  template <class T>
  void operator()(const char* name, const T& value) {
    Json json = to_json(value);
    if (zeros_ == Zeros::omit && is_zero(json)) return;
    object_[name] = std::move(json);
  }

  // An optional that holds 0 is a measurement and stays; an empty one is left out.
  template <class T>
  void operator()(const char* name, const std::optional<T>& value) {
    if (value) object_[name] = *value;
  }

  Json take() { return std::move(object_); }

 private:
  static bool is_zero(const Json& json) {
    if (json.is_structured() || json.is_string()) return json.empty() || json == "";
    if (json.is_boolean()) return !json.get<bool>();
    return json == 0;
  }

  template <class T>
  Json to_json(const T& value) {
    if constexpr (std::is_enum_v<T>) {
      return name_of(value);
    } else if constexpr (std::is_class_v<T>) {
      return object_of(value, zeros_);
    } else {
      return value;
    }
  }
  Json to_json(const std::string& value) { return value; }

  template <class T>
  Json to_json(const std::vector<T>& rows) {
    Json list = Json::array();
    for (const T& row : rows) list.push_back(to_json(row));
    return list;
  }

  template <class T, std::size_t size>
  Json to_json(const std::array<T, size>& values) {
    using Enum = std::conditional_t<size == kWaitClasses, WaitClass, Activity>;
    Json by_name = Json::object();
    for (std::size_t i = 0; i < size; ++i) {
      Json json = to_json(values[i]);
      if (!is_zero(json)) by_name[std::string(name_of(static_cast<Enum>(i)))] = std::move(json);
    }
    return by_name;
  }

  Zeros zeros_;
  Json object_ = Json::object();
};

template <class T>
Json object_of(const T& value, Zeros zeros) {
  FieldWriter writer(zeros);
  fields(writer, value);
  return writer.take();
}

// Bytes that are no UTF-8 (a comm may hold anything) become U+FFFD.
std::string line_of(const char* kind, const Json& members) {
  Json line = {{"kind", kind}};
  for (const auto& [name, value] : members.items()) line[name] = value;
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Result<> RecordingWriter::header(const RecordingHeader& header) {
  return line(line_of("header", object_of(header, Zeros::keep)), "the header");
}

Result<> RecordingWriter::process(const TargetProcess& process) {
  return line(line_of("process", object_of(process, Zeros::keep)),
              "process " + std::to_string(process.pid));
}

Result<> RecordingWriter::frame(const Frame& frame) {
  return line(line_of("frame", object_of(frame, Zeros::omit)), "a stack frame");
}

Result<> RecordingWriter::stack(const Stack& stack) {
  Json members = object_of(stack, Zeros::omit);
  members["id"] = stack.id;
  return line(line_of("stack", members), "stack " + std::to_string(stack.id));
}

Result<> RecordingWriter::window(const Window& window) {
  return line(line_of("window", object_of(window, Zeros::omit)),
              "the window at " + std::to_string(window.start_ns / 1'000'000'000) + " s");
}

Result<> RecordingWriter::end(RecordingEnd end) {
  return line(line_of("end", {{"reason", name_of(end)}}), "the end line");
}

Result<> RecordingWriter::line(std::string_view text, std::string_view what) {
  errno = 0;
  out_ << text << '\n' << std::flush;
  if (out_) return Done{};

  const std::string why = errno == 0 ? "the stream failed" : std::strerror(errno);
  return Error{
      ErrorKind::environment, "could not write " + std::string(what) + " of the recording: " + why,
      "free some space or choose another file with -o; what was written before can be read"};
}

}  // namespace boundscope
