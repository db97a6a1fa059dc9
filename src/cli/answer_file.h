// The file that -o names for an answer, opened before anything of a stranger is read: afterwards
// this process can open none (sandbox.h).
#pragma once

#include <string>

#include "boundscope/result.h"
#include "target/unique_fd.h"

namespace boundscope {

class AnswerFile {
 public:
  AnswerFile() = default;  // stdout
  // What is in it stays until write(). Error: it cannot be written to.
  static Result<AnswerFile> open(const std::string& path);

  explicit operator bool() const noexcept { return static_cast<bool>(fd_); }
  // Instead of what was in it. Error: disk full and the like.
  Result<> write(const std::string& text) const;

 private:
  std::string path_;
  UniqueFd fd_;
};

}  // namespace boundscope
