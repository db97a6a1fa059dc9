// Images of the counters that a JVM publishes, in either byte order.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace boundscope::test {

class HsperfdataImage {
 public:
  explicit HsperfdataImage(bool is_little = true) : is_little_(is_little) {}

  HsperfdataImage& number(const std::string& name, std::int64_t value) {
    const std::size_t data_at = (kEntrySize + name.size() + 1 + 7) / 8 * 8;
    std::string entry = head(data_at + 8, 0, 'J', data_at) + name;
    entry.resize(data_at);
    return add(entry + word(static_cast<std::uint64_t>(value), 8));
  }
  HsperfdataImage& text(const std::string& name, const std::string& value) {
    const std::size_t data_at = kEntrySize + name.size() + 1;
    const std::size_t size = data_at + value.size() + 1;
    return add(head(size, value.size() + 1, 'B', data_at) + name + '\0' + value + '\0');
  }
  // An entry as it comes, however wrong.
  HsperfdataImage& add(const std::string& entry) {
    entries_ += entry;
    ++count_;
    return *this;
  }
  // Length, elements, type and place of the data; the name stands behind it.
  std::string head(std::size_t size, std::size_t elements, char type, std::size_t data_at) const {
    return word(size, 4) + word(kEntrySize, 4) + word(elements, 4) + type + std::string(3, '\0') +
           word(data_at, 4);
  }

  std::string bytes() const {
    return std::string("\xca\xfe\xc0\xc0") + (is_little_ ? '\1' : '\0') + std::string{2, 0, 1} +
           word(kHeaderSize + entries_.size(), 4) + std::string(12, '\0') + word(kHeaderSize, 4) +
           word(count_, 4) + entries_;
  }

  static constexpr std::size_t kHeaderSize = 32;
  static constexpr std::size_t kEntrySize = 20;

 private:
  std::string word(std::uint64_t value, std::size_t size) const {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i) {
      bytes[is_little_ ? i : size - 1 - i] = static_cast<char>(value >> (8 * i) & 0xff);
    }
    return bytes;
  }

  bool is_little_;
  std::size_t count_ = 0;
  std::string entries_;
};

}  // namespace boundscope::test
