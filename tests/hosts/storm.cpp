// Forks a thousand times a second; every tenth child executes something else.
//
//   storm SECONDS
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <thread>

int main(int argc, char** argv) {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const auto end = begin + std::chrono::duration<double>(argc > 1 ? std::atof(argv[1]) : 3);
  for (int i = 0; Clock::now() < end; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      if (i % 10 == 0) execl("/bin/true", "true", nullptr);
      _exit(0);
    }
    while (waitpid(-1, nullptr, WNOHANG) > 0) {
    }
    std::this_thread::sleep_until(begin + std::chrono::milliseconds(i));
  }
  return 0;
}
