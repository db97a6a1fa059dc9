#include "client.h"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>
#include <vector>

namespace boundscope::test {
namespace {

std::uint64_t now_ns() {
  using namespace std::chrono;
  return static_cast<std::uint64_t>(
      duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count());
}

}  // namespace

Client::Client(std::uint16_t port) : fd_(connect_to_loopback(port)) { REQUIRE(fd_); }

Client::Client(const std::string& unix_path) : fd_(connect_to_unix(unix_path)) { REQUIRE(fd_); }

void Client::send_only(const Request& request) {
  REQUIRE(send_all(fd_.get(), &request, sizeof(request)));
}

void Client::send_text(std::string_view text) {
  REQUIRE(send_all(fd_.get(), text.data(), text.size()));
}

void Client::read_bytes(std::size_t bytes) {
  std::vector<char> buffer(bytes);
  REQUIRE(read_all(fd_.get(), buffer.data(), bytes));
}

bool Client::is_hung_up() {
  char byte = 0;
  return ::read(fd_.get(), &byte, 1) <= 0;
}

std::uint64_t Client::read_answer(const Request& request, std::uint64_t sent_ns) {
  read_bytes(1);
  const std::uint64_t latency_ns = now_ns() - sent_ns;
  read_bytes((request.kind == 'f' ? kFileBytes : kAnswerBytes) - 1);
  return latency_ns;
}

std::uint64_t Client::ask(const Request& request) {
  const std::uint64_t sent_ns = now_ns();
  send_only(request);
  return read_answer(request, sent_ns);
}

std::uint64_t Client::ask_in_halves(const Request& request) {
  constexpr auto kPause = std::chrono::milliseconds(3);
  const std::string_view text(reinterpret_cast<const char*>(&request), sizeof(request));
  const std::uint64_t sent_ns = now_ns();
  send_text(text.substr(0, sizeof(request) / 2));
  std::this_thread::sleep_for(kPause);
  send_text(text.substr(sizeof(request) / 2));
  return read_answer(request, sent_ns);
}

std::uint64_t ask_many(Client& client, const Request& request, int count) {
  std::uint64_t sum_ns = 0;
  for (int i = 0; i < count; ++i) sum_ns += client.ask(request);
  return sum_ns;
}

}  // namespace boundscope::test
