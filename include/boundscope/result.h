// Expected failures as values: Result<T> is either a T or an Error.
//
// Guarantees: an Error always says what was tried, why it failed, and what the user can do about
// it. It is worded where the cause is known and printed once, in main. A bug of ours is an assert.
#pragma once

#include <cassert>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace boundscope {

// What kind of failure it is; decides the exit status and nothing else.
enum class ErrorKind {
  usage,        // the command line cannot be carried out as written (exit status 2)
  environment,  // missing privilege, kernel feature, file, process ... (exit status 1)
  data,         // a recording or another input file is damaged (exit status 1)
};

struct Error {
  ErrorKind kind = ErrorKind::environment;
  std::string message;  // what was tried and why it failed; no trailing full stop, no newline
  std::string hint;     // what the user can do about it; empty if there is nothing to do
};

// Value of a function that yields nothing but may fail: Result<> is Result<Done>.
struct Done {};

template <class T = Done>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  explicit operator bool() const noexcept { return std::holds_alternative<T>(state_); }

  // Precondition of the four: the result holds a value.
  T& operator*() & { return std::get<T>(state_); }
  const T& operator*() const& { return std::get<T>(state_); }
  T&& operator*() && { return std::get<T>(std::move(state_)); }
  T* operator->() { return &std::get<T>(state_); }
  const T* operator->() const { return &std::get<T>(state_); }

  // Precondition: the result holds an error.
  const Error& error() const { return std::get<Error>(state_); }

 private:
  std::variant<T, Error> state_;
};

}  // namespace boundscope
