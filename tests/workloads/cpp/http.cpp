#include "http.h"

#include <cstdlib>
#include <cstring>

#include "common.h"

namespace boundscope::workload {

namespace {

constexpr char kEndOfHeader[] = "\r\n\r\n";

std::size_t content_length(const std::string& header) {
  constexpr char kName[] = "\r\ncontent-length:";
  const char* field = strcasestr(header.c_str(), kName);
  return field == nullptr ? 0 : std::strtoul(field + sizeof kName - 1, nullptr, 10);
}

}  // namespace

std::optional<std::string> take_request(std::string& buffer) {
  const std::size_t end = buffer.find(kEndOfHeader);
  if (end == std::string::npos) return std::nullopt;
  const std::size_t path = buffer.find(' ') + 1;
  std::string result = buffer.substr(path, buffer.find(' ', path) - path);
  buffer.erase(0, end + sizeof kEndOfHeader - 1);
  return result;
}

std::optional<std::size_t> message_length(const std::string& buffer) {
  const std::size_t end = buffer.find(kEndOfHeader);
  if (end == std::string::npos) return std::nullopt;
  const std::size_t length =
      end + sizeof kEndOfHeader - 1 + content_length(buffer.substr(0, end + 2));
  if (buffer.size() < length) return std::nullopt;
  return length;
}

std::string make_request(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

std::string make_post(const std::string& path, const std::string& body) {
  return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string make_response(std::size_t body_bytes) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
         std::to_string(body_bytes) + "\r\n\r\n" + std::string(body_bytes, 'x');
}

std::optional<std::string> receive_request(int fd, std::string& buffer) {
  for (;;) {
    if (auto path = take_request(buffer)) return path;
    if (!receive_some(fd, buffer)) return std::nullopt;
  }
}

bool call(int fd, const std::string& path) {
  if (!send_all(fd, make_request(path))) return false;
  std::string answer;
  while (!message_length(answer))
    if (!receive_some(fd, answer)) return false;
  return true;
}

}  // namespace boundscope::workload
