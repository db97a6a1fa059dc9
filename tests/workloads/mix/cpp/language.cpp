#include "language.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace mix {
namespace {

constexpr std::array kWords = {"order",   "item",     "price",    "amount",  "customer", "address",
                               "invoice", "payment",  "status",   "created", "updated",  "shipping",
                               "country", "currency", "discount", "quantity"};

std::size_t collatz(std::uint64_t limit) {
  std::size_t longest = 0;
  for (std::uint64_t start = 1; start < limit; ++start) {
    std::size_t steps = 0;
    for (std::uint64_t value = start; value != 1; ++steps) {
      value = value % 2 == 0 ? value / 2 : 3 * value + 1;
    }
    longest = std::max(longest, steps);
  }
  return longest;
}

std::size_t mandelbrot(int size) {
  std::size_t inside = 0;
  for (int row = 0; row < size; ++row) {
    for (int column = 0; column < size; ++column) {
      const double x0 = 3.0 * column / size - 2.0;
      const double y0 = 2.0 * row / size - 1.0;
      double x = 0;
      double y = 0;
      int turn = 0;
      for (; turn < 50 && x * x + y * y <= 4; ++turn) {
        const double next = x * x - y * y + x0;
        y = 2 * x * y + y0;
        x = next;
      }
      inside += turn == 50 ? 1 : 0;
    }
  }
  return inside;
}

class Account {
 public:
  virtual ~Account() = default;
  virtual int deposit(int amount) {
    balance_ = (balance_ + amount) % 100003;
    return balance_;
  }

 private:
  int balance_ = 0;
};

class Savings : public Account {
 public:
  int deposit(int amount) override { return Account::deposit(amount + amount * 3 / 100); }
};

std::vector<std::unique_ptr<Account>> make_accounts() {
  std::vector<std::unique_ptr<Account>> accounts;
  for (int i = 0; i < 64; ++i) {
    if (i % 3 == 0) {
      accounts.push_back(std::make_unique<Savings>());
    } else {
      accounts.push_back(std::make_unique<Account>());
    }
  }
  return accounts;
}

std::size_t methods() {
  static const auto accounts = make_accounts();
  std::size_t rich = 0;
  for (int turn = 0; turn < 200; ++turn) {
    for (const auto& account : accounts) rich += account->deposit(turn) > 1000 ? 1 : 0;
  }
  return rich;
}

std::size_t closures() {
  static std::vector<std::function<std::size_t(std::size_t)>> counters;
  for (std::size_t step = counters.size(); step < 5; ++step) {
    counters.emplace_back([step, count = std::size_t{1}](std::size_t value) mutable {
      count = (count * 31 + value * step) % 65521;
      return count;
    });
  }
  std::size_t total = 0;
  for (std::size_t value = 0; value < 8000; ++value) total += counters[value % 5](value);
  return total;
}

std::size_t shout() {
  static const std::string title = make_text(4000);
  static std::string shouted;
  shouted.clear();
  bool word_start = true;
  for (const char letter : title) {
    shouted += word_start && letter >= 'a' ? static_cast<char>(letter - 32) : letter;
    word_start = letter == ' ';
  }
  return shouted.size();
}

struct Particle {
  std::array<double, 3> position{};
  std::array<double, 3> speed{};
  double mass = 1;
};

std::size_t struct_walk() {
  static std::vector<Particle> particles(300);
  double energy = 0;
  for (int turn = 0; turn < 20; ++turn) {
    for (Particle& particle : particles) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        particle.speed[axis] = particle.speed[axis] * 0.99 + 0.01 * particle.mass;
        particle.position[axis] += particle.speed[axis] * 0.001;
        energy += particle.speed[axis] * particle.speed[axis];
      }
    }
  }
  return static_cast<std::size_t>(energy);
}

std::size_t sort_and_find() {
  static std::unordered_map<std::uint32_t, std::uint32_t> index;
  static std::vector<std::uint32_t> numbers(1000);
  for (std::uint32_t i = 0; i < numbers.size(); ++i) numbers[i] = i * 7919 % 10007;
  std::sort(numbers.begin(), numbers.end());
  for (std::uint32_t i = 0; i < numbers.size(); ++i) index[numbers[i]] += i;
  return index.size();
}

}  // namespace

std::string make_text(std::size_t size) {
  std::string text;
  for (std::size_t i = 1; text.size() < size; ++i) {
    text += kWords[i * 7919 % kWords.size()];
    text += std::to_string(i * i * 31 % 97) + ' ';
  }
  text.resize(size);
  return text;
}

std::size_t language() {
  return collatz(300) + mandelbrot(20) + methods() + closures() + shout() + struct_walk() +
         sort_and_find();
}

}  // namespace mix
