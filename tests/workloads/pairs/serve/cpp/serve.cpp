#include "serve.h"

#include <thread>
#include <utility>

#include "http.h"

namespace boundscope::workload {

namespace {

using Handler = std::function<std::string(std::string_view)>;

void converse(const UniqueFd& connection, const Handler& handle) {
  std::string buffer;
  for (;;) {
    auto length = message_length(buffer);
    while (!length) {
      if (!receive_some(connection.get(), buffer)) return;
      length = message_length(buffer);
    }
    const std::size_t header = buffer.find("\r\n\r\n") + 4;
    const std::string answer = handle(std::string_view(buffer).substr(header, *length - header));
    buffer.erase(0, *length);
    if (!send_all(connection.get(),
                  "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: " +
                      std::to_string(answer.size()) + "\r\n\r\n" + answer))
      return;
  }
}

}  // namespace

void serve(const Arguments& arguments, const Handler& handle) {
  limit_lifetime(arguments);
  const UniqueFd listener = listen_on_loopback(arguments.number("port", 0));
  announce_ready(listener);
  for (;;)
    if (UniqueFd connection = accept_connection(listener))
      std::thread([&handle, connection = std::move(connection)] {
        converse(connection, handle);
      }).detach();
}

}  // namespace boundscope::workload
