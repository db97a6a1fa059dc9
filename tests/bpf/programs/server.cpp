// A server with a thread per connection. Its clients say in each request how it is to be answered.
//
//   server [--unix PATH] [--peek] [--raw] [--workers N] [--late]
//     --peek  looks at each request with MSG_PEEK before it reads it
//     --raw   answers whatever a read returns with "+OK"
//     --workers  that many processes accept connections, and the first one does not
//     --late  begins to listen when it is told to go
#include <sys/prctl.h>
#include <sys/sendfile.h>

#include <csignal>
#include <string>
#include <thread>

#include "loopback.h"
#include "talk.h"

namespace {

struct Options {
  std::string path;
  bool peek = false;
  bool raw = false;
  bool late = false;
  int workers = 0;
};

void sleep_us(std::uint32_t us) { std::this_thread::sleep_for(std::chrono::microseconds(us)); }

int make_file() {
  std::FILE* file = std::tmpfile();
  if (file == nullptr || ftruncate(fileno(file), kFileBytes) != 0) fail("tmpfile");
  return fileno(file);
}

class Connection {
 public:
  Connection(int fd, const Options& options) : fd_(fd), options_(options) {}
  ~Connection() {
    close(fd_);
    if (upstream_ >= 0) close(upstream_);
  }

  void serve() {
    if (options_.raw) return serve_raw();
    Request request;
    while (read_request(request) && answer(request)) {
    }
  }

 private:
  void serve_raw() {
    char buffer[4096];
    while (read(fd_, buffer, sizeof(buffer)) > 0 && send_all(fd_, "+OK\r\n", 5)) {
    }
  }

  bool read_request(Request& request) {
    if (options_.peek && recv(fd_, &request, sizeof(request), MSG_PEEK) <= 0) return false;
    return read_all(fd_, &request, sizeof(request));
  }

  bool answer(const Request& request) {
    const char text[kAnswerBytes] = {};
    if (request.kind == 'n') {
      char byte = 0;
      return read(fd_, &byte, 1) > 0;
    }
    if (request.service_us > 0) sleep_us(request.service_us);
    switch (request.kind) {
      case 'f':
        return send_file();
      case 't':
        if (!send_all(fd_, text, kAnswerBytes / 2)) return false;
        sleep_us(3000);
        return send_all(fd_, text, kAnswerBytes / 2);
      case 'r':
        return fail_to_connect(request.upstream_port) && send_all(fd_, text, kAnswerBytes);
      case 'x':
        return false;  // hangs up
      case 'u':
        return ask_upstream(request.upstream_port) && send_all(fd_, text, kAnswerBytes);
      default:
        return send_all(fd_, text, kAnswerBytes);
    }
  }

  bool send_file() {
    static const int file = make_file();
    off_t offset = 0;
    while (static_cast<std::size_t>(offset) < kFileBytes)
      if (sendfile(fd_, file, &offset, kFileBytes - static_cast<std::size_t>(offset)) <= 0)
        return false;
    return true;
  }

  static bool fail_to_connect(std::uint16_t port) {
    const int fd = connect_to_loopback(port);
    if (fd < 0) return true;
    close(fd);
    return false;
  }

  // The upstream works as long as we would have.
  bool ask_upstream(std::uint16_t port) {
    if (upstream_ < 0) upstream_ = connect_to_loopback(port);
    Request call;
    call.service_us = 4000;
    char text[kAnswerBytes];
    return send_all(upstream_, &call, sizeof(call)) && read_all(upstream_, text, sizeof(text));
  }

  int fd_;
  int upstream_ = -1;
  const Options& options_;
};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--peek") options.peek = true;
    if (argument == "--raw") options.raw = true;
    if (argument == "--late") options.late = true;
    if (argument == "--workers" && i + 1 < argc) options.workers = std::atoi(argv[++i]);
    if (argument == "--unix" && i + 1 < argc) options.path = argv[++i];
  }
  return options;
}

void accept_all(int listener, const Options& options) {
  for (;;) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    std::thread([fd, &options] { Connection(fd, options).serve(); }).detach();
  }
}

int start_listening(const Options& options) {
  if (!options.path.empty()) return check(listen_on_unix(options.path), "listen");
  const int listener = check(listen_on_loopback(), "listen");
  report("port", port_of(listener));
  return listener;
}

void start_workers(int listener, const Options& options) {
  for (int i = 0; i < options.workers; ++i)
    if (check(fork(), "fork") == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      accept_all(listener, options);
      _exit(0);
    }
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  if (options.late) {
    ready();
    wait_for_go();
  }
  const int listener = start_listening(options);
  start_workers(listener, options);
  std::thread acceptor;
  if (options.workers == 0) acceptor = std::thread(accept_all, listener, std::cref(options));
  if (!options.late) ready();
  done_and_wait_for_end();
  std::_Exit(0);  // the threads sit in system calls
}
