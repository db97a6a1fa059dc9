#include "program.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <sstream>

namespace boundscope::test {
namespace {

constexpr int kPatienceMs = 30'000;

std::array<UniqueFd, 2> make_pipe() {
  std::array<int, 2> ends{};
  REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

}  // namespace

Program::Program(const std::string& name, const std::vector<std::string>& arguments) {
  start(std::string(BOUNDSCOPE_BPF_PROGRAMS) + "/" + name, arguments);
  read_until("ready");
}

Program::~Program() { kill(); }

void Program::start(const std::string& path, const std::vector<std::string>& arguments) {
  auto input = make_pipe();
  auto output = make_pipe();
  std::vector<char*> argv{const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_ = fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(input[0].get(), STDIN_FILENO);
    dup2(output[1].get(), STDOUT_FILENO);
    execv(argv[0], argv.data());
    _exit(127);
  }
  input_ = std::move(input[1]);
  output_ = std::move(output[0]);
}

bool Program::read_more() {
  pollfd readable{output_.get(), POLLIN, 0};
  if (poll(&readable, 1, kPatienceMs) != 1) return false;
  std::array<char, 4096> chunk{};
  const ssize_t n = ::read(output_.get(), chunk.data(), chunk.size());
  if (n <= 0) return false;
  text_.append(chunk.data(), static_cast<std::size_t>(n));
  return true;
}

void Program::read_until(const std::string& word) {
  for (;;) {
    const auto end = text_.find('\n');
    if (end == std::string::npos) {
      INFO("waiting for the word: ", word);
      REQUIRE(read_more());
      continue;
    }
    std::istringstream line(text_.substr(0, end));
    text_.erase(0, end + 1);
    std::string name;
    double value = 0;
    line >> name;
    if (name == word) return;
    if (line >> value) numbers_[name] = value;
  }
}

void Program::go() { REQUIRE(::write(input_.get(), "g", 1) == 1); }

void Program::finish() { read_until("done"); }

void Program::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

double Program::number(const std::string& name) const {
  CAPTURE(name);
  const auto found = numbers_.find(name);
  REQUIRE(found != numbers_.end());
  return found->second;
}

}  // namespace boundscope::test
