// One line on the terminal that says how far the measurement is and what is seen.
#pragma once

#include <iosfwd>
#include <string>

#include "boundscope/recording.h"

namespace boundscope {

class Progress {
 public:
  // `shown`: false keeps quiet (a pipe).
  Progress(std::ostream& out, double duration_s, bool shown)
      : out_(out), duration_s_(duration_s), shown_(shown) {}
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void say(const std::string& what);
  void window(const Window& window);
  void clear();

 private:
  std::ostream& out_;
  double duration_s_;
  bool shown_;
};

// "12 of 30 s: 412 requests/s, 0.42 CPU cores"
std::string progress_text(const Window& window, double duration_s);

}  // namespace boundscope
