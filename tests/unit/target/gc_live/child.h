// A program under test's control: it is written to, read from, and does not outlive its handle.
#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace boundscope::test {

class Child {
 public:
  explicit Child(const std::vector<std::string>& command) {
    int to[2], from[2];
    if (::pipe(to) != 0 || ::pipe(from) != 0) throw std::runtime_error("pipe failed");
    std::vector<char*> arguments;
    for (const std::string& one : command) arguments.push_back(const_cast<char*>(one.c_str()));
    arguments.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(to[0], STDIN_FILENO);
      ::dup2(from[1], STDOUT_FILENO);
      for (const int fd : {to[0], to[1], from[0], from[1]}) ::close(fd);
      ::execvp(arguments[0], arguments.data());
      ::_exit(127);
    }
    ::close(to[0]);
    ::close(from[1]);
    in_ = to[1];
    out_ = from[0];
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    end();
    ::close(in_);
    ::close(out_);
  }

  pid_t pid() const { return pid_; }

  // Without its newline; "" if the program has ended.
  std::string read_line() const {
    std::string line;
    char byte = 0;
    while (::read(out_, &byte, 1) == 1 && byte != '\n') line += byte;
    return line;
  }
  void write_line(const std::string& text) const {
    const std::string line = text + '\n';
    if (::write(in_, line.data(), line.size()) < 0) throw std::runtime_error("write failed");
  }
  void end() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
  int in_ = -1, out_ = -1;
};

}  // namespace boundscope::test
