// A program of tests/bpf/programs, started and owned by a test.
//
// It prints "ready" when it has set itself up, works once it is told to go, prints what it did as
// "name value" lines and then "done", and ends when its input is closed. It never outlives the
// test.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "target/unique_fd.h"

namespace boundscope::test {

class Program {
 public:
  // Returns when the program is ready; fails the test if that takes too long.
  explicit Program(const std::string& name, const std::vector<std::string>& arguments = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  pid_t pid() const { return pid_; }

  void go();
  // Waits until the program is done; its numbers are there from then on.
  void finish();
  void kill();

  // What it printed under that name; fails the test if it did not.
  double number(const std::string& name) const;

 private:
  void start(const std::string& path, const std::vector<std::string>& arguments);
  void read_until(const std::string& word);
  bool read_more();

  pid_t pid_ = 0;
  UniqueFd input_;
  UniqueFd output_;
  std::string text_;
  std::map<std::string, double> numbers_;
};

}  // namespace boundscope::test
