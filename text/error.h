#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace shirube {

/// What kind of failure an Error is. Maps to an HTTP status and an exit code in one table each.
enum class ErrorKind {
  invalid,      ///< the request or the file is wrong; the user can mend it
  forbidden,    ///< not allowed for this viewer
  missing,      ///< what was asked for does not exist (or may not be seen)
  conflict,     ///< it contradicts what is held
  unavailable,  ///< a resource is busy or absent for now
  internal,     ///< our own failure, or the machine's
};

/// The one exception of the project: a Japanese sentence that says what happened, and a hint that
/// says what the user can do. Foreign exceptions are translated into it once in each folder.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, std::string message, std::string hint = {})
      : std::runtime_error(std::move(message)), kind_(kind), hint_(std::move(hint)) {}

  ErrorKind kind() const { return kind_; }
  std::string message() const { return what(); }
  /// What the user can do about it; may be empty.
  const std::string& hint() const { return hint_; }

 private:
  ErrorKind kind_;
  std::string hint_;
};

}  // namespace shirube
