// The little of HTTP/1.1 that the workloads speak: GET without a body, POST with one, keep-alive,
// Content-Length.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace boundscope::workload {

// Takes one complete request from the front of `buffer`; its path, or nothing if it is incomplete.
std::optional<std::string> take_request(std::string& buffer);

// Length of the complete message at the front of `buffer` (header and body), or nothing if it is
// incomplete. A message without Content-Length has no body.
std::optional<std::size_t> message_length(const std::string& buffer);

std::string make_request(const std::string& path);
std::string make_post(const std::string& path, const std::string& body);
std::string make_response(std::size_t body_bytes);

// Blocking: reads until one request is complete; nothing when the client is gone.
std::optional<std::string> receive_request(int fd, std::string& buffer);
// Blocking: sends a request and reads the whole answer; false when the server is gone.
bool call(int fd, const std::string& path);

}  // namespace boundscope::workload
