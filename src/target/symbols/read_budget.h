// How much may still be read and unpacked in this window, so that a target with many files that are
// dear to read does not keep us busy. What is left out comes in the next window.
#pragma once

#include <algorithm>
#include <cstdint>

namespace boundscope {

class ReadBudget {
 public:
  explicit ReadBudget(std::uint64_t bytes) : bytes_(bytes), left_(bytes) {}

  // False: that much is not left. What is larger than the whole budget takes all of it.
  bool take(std::uint64_t bytes) {
    bytes = std::clamp<std::uint64_t>(bytes, 1, bytes_);
    if (bytes > left_) return false;
    left_ -= bytes;
    return true;
  }
  // For what shows its size only afterwards.
  void spend(std::uint64_t bytes) { left_ -= std::min(bytes, left_); }

  void refill() { left_ = bytes_; }

 private:
  std::uint64_t bytes_;
  std::uint64_t left_;
};

}  // namespace boundscope
