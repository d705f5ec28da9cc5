#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "text/error.h"

// What the commands and the shell say to each other.

namespace shirube::commands {

/// Set by SIGINT and SIGTERM once watch_signals() was called; long work looks at it and ends soon. The program may set it itself.
extern std::atomic<bool> stop_requested;
void watch_signals();
/// For a program that is about to be exchanged for itself: from here on a signal waits for the new one's watch_signals().
/// False when one came before, and the program is to end.
bool hand_on_signals();

/// Exit codes, by kind of error. 1 is kept for "done, but not all is well".
constexpr int some_refused = 1;
int exit_code(ErrorKind kind);

/// Says an error in one line and returns its exit code.
int fail(const Error& e);

/// One line on a terminal that is written over, or now and then a line in a log. For one thread.
class ProgressLine {
 public:
  explicit ProgressLine(std::string name);
  ~ProgressLine();
  /// `all` of 0 stands for an end that is not known.
  void show(uint64_t done, uint64_t all);

 private:
  void print();

  std::string name_;
  bool terminal_;
  bool shown_ = false, pending_ = false;
  uint64_t done_ = 0, all_ = 0;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace shirube::commands
